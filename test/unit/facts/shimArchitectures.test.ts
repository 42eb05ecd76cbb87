import { expect } from 'chai'
import { classNodes } from '../../../helpers/facts/classNodes.ts'
import { shimOfHandler } from '../../../helpers/facts/kataShims.ts'
import { architecturesOf } from '../../../helpers/facts/shimArchitectures.ts'
import { kataNode, runtimeClass } from './objects.ts'

const rows: [shim: string, release: string | null, architectures: string[]][] = [
  ['qemu', '3.25.0', ['amd64', 'arm64', 's390x', 'ppc64le']],
  ['qemu-runtime-rs', '3.25.0', ['amd64', 's390x']],
  ['qemu-runtime-rs', '4.0.0', ['amd64', 'arm64', 's390x']],
  ['clh', '3.28.0', ['amd64', 'arm64']],
  ['clh', '3.29.0', ['amd64']],
  ['qemu-snp', '3.26.0', ['amd64']],
  ['qemu-se-runtime-rs', '4.1.0', ['s390x']],
  ['qemu-cca', '3.26.0', ['arm64']],
  ['remote', '3.26.0', ['amd64', 's390x']],
  // Not known, and newer than what is written down.
  ['clh', null, ['amd64', 'arm64']],
  ['clh', '4.2.0', ['amd64', 'arm64']],
]

describe('architectures of a shim', () => {
  for (const [shim, release, architectures] of rows)
    it(`${shim} of ${release ?? 'a release that is not known'}: ${architectures.join(', ')}`, () => {
      expect(architecturesOf(shim, release)).to.deep.equal(architectures)
      expect(shimOfHandler(`kata-${shim}`)?.architectures(release)).to.deep.equal(architectures)
    })

  it('a node that has the handler all the same keeps its classes: values say more than the chart', () => {
    const found = classNodes(runtimeClass('kata-qemu-se'), [kataNode('a'), kataNode('b')], {
      kataVersion: '3.26.0',
      hasHandler: (node) => node === 'a',
    })
    expect(found).to.deep.equal({
      names: ['a'],
      withoutShim: 'kata-deploy has the shim of kata-qemu-se for s390x, and b is amd64',
    })
  })
})
