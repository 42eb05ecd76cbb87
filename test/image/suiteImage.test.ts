import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { unpackTar } from 'modern-tar'
import { buildImage, type BuiltImage } from '../../fixtures/image/ociImage.ts'
import { suiteImage } from '../../fixtures/image/suiteImage.ts'

// The real image of this check-out. Whether it runs is seen on a real cluster: test/kubernetes/inCluster.test.ts.

describe('the image of the suite', function () {
  this.timeout(180_000)
  let image: BuiltImage
  let config: { config: { User: string; Entrypoint: string[] } }
  const modes = new Map<string, number>()

  before(async function () {
    if (process.platform !== 'linux') this.skip()
    image = await buildImage(suiteImage(), 'kata-conformance:test')
    const all = new Map((await unpackTar(image.archive)).map(({ header, data }) => [header.name, data ?? Buffer.of()]))
    const [{ Config, Layers }] = JSON.parse(Buffer.from(all.get('manifest.json') ?? []).toString())
    config = JSON.parse(Buffer.from(all.get(Config) ?? []).toString())
    for (const layer of Layers) {
      for (const { header } of await unpackTar(gunzipSync(all.get(layer) ?? Buffer.of())))
        modes.set(header.name, header.mode ?? 0)
    }
  })

  it('is the same image when it is built again', async () => {
    const again = await buildImage(suiteImage(), 'kata-conformance:test')
    expect(again.digest).to.equal(image.digest)
    expect(Buffer.compare(again.archive, image.archive)).to.equal(0)
  })

  it('has at most 250 MB', () => expect(image.rootBytes).to.be.below(250e6))

  it('runs as somebody who is not root', () => expect(config.config.User).to.equal('65532:65532'))

  it('has Node, the suite with its claims, and certificates', () => {
    expect([...modes.keys()]).to.include.members([
      'usr/local/bin/node',
      'etc/ssl/certs/ca-certificates.crt',
      'suite/cli/kata-conformance.js',
      'suite/specs/memory/behaviours.yaml',
      'suite/fixtures/images.yaml',
      'suite/reports/html/report.css',
      'suite/reports/html/client/built.js',
      'suite/node_modules/mocha/package.json',
    ])
    expect(config.config.Entrypoint).to.deep.equal(['/usr/local/bin/node', '/suite/cli/kata-conformance.js'])
  })

  it('has nothing that only development or the simulator needs', () => {
    const names = [...modes.keys()]
    expect(names.filter((name) => /^suite\/(sim|test|results)\//.test(name))).to.be.empty
    expect(
      names.filter((name) =>
        /node_modules\/(just-bash|typescript|eslint|tsx|esbuild|d3|allure|@observablehq)\//.test(name),
      ),
    ).to.be.empty
    expect(names.filter((name) => /\.(d\.ts|map)$/.test(name))).to.be.empty
  })

  it('lets nobody but root change a file of it, save in /tmp', () => {
    const open = [...modes].filter(([, mode]) => (mode & 0o022) !== 0)
    expect(open).to.deep.equal([['tmp/', 0o1777]])
  })
})
