import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { unpackTar } from 'modern-tar'
import { buildImage, type Image } from '../../../fixtures/image/ociImage.ts'
import { file, folder, type RootFile } from '../../../fixtures/image/rootFile.ts'

const image = (...layers: RootFile[][]): Image => ({
  architecture: 'amd64',
  layers,
  config: { User: '1:1' },
  gzip: (input) => gzipSync(input),
})

const hello = file('usr/bin/hello', 'hello', 0o755)
const motd = file('etc/motd', 'welcome')

async function entries(archive: Uint8Array): Promise<Map<string, Uint8Array>> {
  return new Map((await unpackTar(archive)).map(({ header, data }) => [header.name, data ?? new Uint8Array()]))
}

const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))

describe('an OCI image', () => {
  it('has the same digest whatever the order in which files were found', async () => {
    const one = await buildImage(image([hello, motd]), 'a:1')
    const other = await buildImage(image([motd, hello]), 'a:1')
    expect(other.digest).to.equal(one.digest)
    expect(Buffer.compare(one.archive, other.archive)).to.equal(0)
  })

  it('has another digest when a byte, a mode or the configuration differs', async () => {
    const digests = await Promise.all(
      [
        image([hello]),
        image([file('usr/bin/hello', 'Hello', 0o755)]),
        image([file('usr/bin/hello', 'hello', 0o644)]),
        { ...image([hello]), config: { User: '2:2' } },
      ].map(async (each) => (await buildImage(each, 'a:1')).digest),
    )
    expect(new Set(digests).size).to.equal(4)
  })

  it('leads from the index to every layer, each by its digest', async () => {
    const { archive, digest } = await buildImage(image([hello], [motd]), 'a:1')
    const all = await entries(archive)
    const blob = (of: string) => all.get(`blobs/${of.replace(':', '/')}`)
    for (const [name, content] of all) {
      if (!name.startsWith('blobs/sha256/') || name.endsWith('/')) continue
      expect(createHash('sha256').update(content).digest('hex')).to.equal(name.replace('blobs/sha256/', ''))
    }
    expect(json(all.get('oci-layout'))).to.deep.equal({ imageLayoutVersion: '1.0.0' })
    const [entry] = json(all.get('index.json')).manifests
    expect(entry.digest).to.equal(digest)
    const manifest = json(blob(entry.digest))
    const config = json(blob(manifest.config.digest))
    expect(config).to.deep.include({ architecture: 'amd64', os: 'linux', config: { User: '1:1' } })
    const layers = manifest.layers.map((layer: { digest: string }) => gunzipSync(blob(layer.digest) ?? Buffer.of()))
    expect(config.rootfs.diff_ids).to.deep.equal(
      layers.map((each: Buffer) => `sha256:${createHash('sha256').update(each).digest('hex')}`),
    )
    const files = await unpackTar(layers[0])
    expect(files.map(({ header }) => [header.name, header.mode, header.uid, header.mtime?.getTime()])).to.deep.equal([
      ['usr/', 0o755, 0, 0],
      ['usr/bin/', 0o755, 0, 0],
      ['usr/bin/hello', 0o755, 0, 0],
    ])
  })

  it('keeps the mode of a folder that was given one', async () => {
    const { archive } = await buildImage(image([folder('tmp', 0o1777), file('tmp/a', '')]), 'a:1')
    const all = await entries(archive)
    const { Layers } = json(all.get('manifest.json'))[0]
    const [tmp] = await unpackTar(gunzipSync(all.get(Layers[0]) ?? Buffer.of()))
    expect(tmp?.header).to.include({ name: 'tmp/', mode: 0o1777, type: 'directory' })
  })

  for (const [name, full] of [
    ['suite:1', 'docker.io/library/suite:1'],
    ['team/suite:1', 'docker.io/team/suite:1'],
    ['registry.example:5000/suite:1', 'registry.example:5000/suite:1'],
    ['localhost/suite:1', 'localhost/suite:1'],
  ] as const) {
    it(`is imported as ${full} when it is called ${name}`, async () => {
      const all = await entries((await buildImage(image([hello]), name)).archive)
      expect(json(all.get('index.json')).manifests[0].annotations['io.containerd.image.name']).to.equal(full)
      expect(json(all.get('manifest.json'))[0].RepoTags).to.deep.equal([name])
    })
  }
})
