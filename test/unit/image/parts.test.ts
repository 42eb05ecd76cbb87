import { expect } from 'chai'
import { librariesOf } from '../../../fixtures/image/nodeRuntime.ts'
import { productionPackages } from '../../../fixtures/image/productionPackages.ts'
import { loadImages } from '../../../helpers/pods/images.ts'
import suite from '../../../package.json' with { type: 'json' }

describe('parts of the image', () => {
  it('are the libraries that ldd names, without the vdso', () => {
    const output = `\tlinux-vdso.so.1 (0x00007f698bafd000)
\tlibstdc++.so.6 => /lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007f698b800000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f698b53e000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f698baff000)
`
    expect(librariesOf(output, 'node')).to.deep.equal([
      '/lib/x86_64-linux-gnu/libstdc++.so.6',
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ])
  })

  it('are not to be had where a library is missing', () => {
    expect(() => librariesOf('\tlibatomic.so.1 => not found\n', 'node')).to.throw('node needs libatomic.so.1')
  })

  it('are the packages that production dependencies need, found as Node finds them', () => {
    const packages = {
      '': { dependencies: { a: '1', tsx: '1' }, devDependencies: { d: '1' } },
      'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { c: '1' } },
      'node_modules/a/node_modules/b': { dependencies: { '@s/e': '1' } },
      'node_modules/b': { dependencies: { f: '1' } },
      'node_modules/c': {},
      'node_modules/d': {},
      'node_modules/@s/e': { dependencies: { a: '1', b: '1' } },
      'node_modules/f': {},
      'node_modules/tsx': {},
    }
    expect(productionPackages({ packages })).to.deep.equal([
      'node_modules/@s/e',
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/b',
      'node_modules/c',
      'node_modules/f',
    ])
  })

  it('are called by the version of the suite', () => {
    expect(loadImages().resolve('suite')).to.equal(`kata-conformance:${suite.version}`)
  })
})
