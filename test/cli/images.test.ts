import { expect } from 'chai'
import { images } from '../../cli/images.ts'
import { ImageError, listedImages, loadImages, mirrored } from '../../helpers/pods/images.ts'

const options = { image: [], pullScript: false, output: 'table' as const }
const mirror = 'registry.example:5000/mirror'

describe('images', () => {
  const places: [image: string, at: string][] = [
    ['busybox:1.36', `${mirror}/busybox:1.36`],
    ['networkstatic/iperf3:latest', `${mirror}/networkstatic/iperf3:latest`],
    ['docker.io/library/busybox:1.36', `${mirror}/library/busybox:1.36`],
    ['localhost/x:1', `${mirror}/x:1`],
  ]
  for (const [image, at] of places)
    it(`${image} is ${at} of the mirror`, () => {
      expect(mirrored(image, mirror)).to.equal(at)
      expect(mirrored(image, `${mirror}/`)).to.equal(at)
    })

  it('a mirror has every image but the replaced ones', () => {
    const resolver = loadImages(['busybox=own.example/bb:1'], mirror)
    expect(resolver.resolve('busybox')).to.equal('own.example/bb:1')
    expect(resolver.resolve('iperf3')).to.equal(`${mirror}/networkstatic/iperf3:latest`)
    expect(resolver.resolve('quay.io/a/b:1')).to.equal(`${mirror}/a/b:1`)
  })

  it('refuses a prefix that is none', () => {
    expect(() => loadImages([], 'https://registry.example')).to.throw(
      ImageError,
      '--image-registry https://registry.example: expected a prefix',
    )
  })

  it('are listed with what they are for', async () => {
    const lines = (await images(options)).split('\n')
    expect(lines[0]).to.match(/^NAME +IMAGE +DIGEST +FOR$/)
    expect(lines.find((line) => line.startsWith('busybox'))).to.match(
      /busybox:1\.\d+ +sha256:[0-9a-f]{64} +Shell and tools/,
    )
  })

  it('have a digest each, but for the one that is built here', () => {
    for (const { name, digest } of listedImages())
      if (name === 'suite') expect(digest).to.equal(null)
      else expect(digest, name).to.match(/^sha256:[0-9a-f]{64}$/)
  })

  it('are asked for by tag, or by tag and digest', () => {
    expect(loadImages().resolve('busybox')).to.match(/^busybox:1\.\d+$/)
    expect(loadImages([], undefined, true).resolve('busybox')).to.match(/^busybox:1\.\d+@sha256:[0-9a-f]{64}$/)
    expect(loadImages([], mirror, true).resolve('bpftool')).to.match(
      /^registry\.example:5000\/mirror\/cilium\/cilium:v[\d.]+@sha256:/,
    )
    expect(loadImages(['busybox=own.example/bb:1'], undefined, true).resolve('busybox')).to.equal('own.example/bb:1')
  })

  it('the script saves what has no mirror', async () => {
    const script = await images({ ...options, pullScript: true })
    expect(script).to.match(/^#!\/bin\/sh\n/)
    expect(script.match(/"\$\{DOCKER:-docker\}" pull 'busybox@sha256:[0-9a-f]{64}'/g)).to.have.length(2)
    expect(script).to.match(/tag 'busybox@sha256:[0-9a-f]{64}' 'busybox:1\.\d+'/)
    expect(script).to.match(/save -o kata-conformance-images.tar 'busybox:1\.\d+' 'busybox:1\.[\d.]+-musl' '/)
    expect(script).to.not.include(' push ')
    expect(script).to.not.match(/pull 'kata-conformance:/)
  })

  it('the script fills a mirror', async () => {
    const script = await images({ ...options, pullScript: true, imageRegistry: mirror })
    expect(script).to.match(/push 'registry\.example:5000\/mirror\/busybox:1\.\d+'/)
    expect(script).to.not.include(' save ')
  })

  it('the script pushes tags, as a mirror has them', async () => {
    const script = await images({ ...options, pullScript: true, imageRegistry: mirror, pinImages: true })
    expect(script).to.match(/push 'registry\.example:5000\/mirror\/busybox:1\.\d+'/)
    expect(script).to.not.match(/push .*@sha256/)
  })
})
