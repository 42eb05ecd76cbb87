import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { ImageError, loadImages } from '../../../helpers/pods/images.ts'
import { busybox } from '../../../helpers/pods/pod.ts'
import { completeManifest } from '../../../helpers/pods/podManifest.ts'
import { createPullSecret, readPullConfig } from '../../../helpers/pods/pullSecret.ts'

const config = JSON.stringify({ auths: { 'registry.example': { auth: 'dXNlcjpwYXNzd29yZA==' } } })

describe('credentials for images', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const fileOf = (text: string): string => {
    const file = path.join(folder, 'config.json')
    writeFileSync(file, text)
    return file
  }

  it('are what docker login writes', () => expect(readPullConfig(fileOf(config))).to.equal(config))

  const refused: [text: string, why: string][] = [
    ['user: password', 'is not JSON'],
    ['null', 'has no "auths"'],
    ['{"auths":{}}', 'has no "auths"'],
    ['{"auths":{"registry.example":{}},"credsStore":"desktop"}', 'has no credentials; a helper keeps them'],
  ]
  for (const [text, why] of refused)
    it(`are refused: ${why}, ${text.length} characters`, () => {
      expect(() => readPullConfig(fileOf(text))).to.throw(ImageError, why)
    })

  it('are refused by the name of the file alone when it is not there', () =>
    expect(() => readPullConfig('/nowhere/config.json')).to.throw(
      ImageError,
      '--image-pull-config /nowhere/config.json: ENOENT: cannot be read',
    ))

  it('are a Secret that the kubelet takes', async () => {
    const made: KubeObject[] = []
    const create = (object: KubeObject) => {
      made.push(object)
      return Promise.resolve(object)
    }
    await createPullSecret({ create }, { namespace: 'n', config, labels: { run: 'r' } })
    expect(made).to.have.length(1)
    expect(made[0]).to.include({ kind: 'Secret', type: 'kubernetes.io/dockerconfigjson' })
    const { '.dockerconfigjson': data = '' } = (made[0] as unknown as { data: Record<string, string> }).data
    expect(Buffer.from(data, 'base64').toString()).to.equal(config)
  })

  it('are named by every pod, beside what the pod names itself, and by none without them', () => {
    const secretsOf = (images: ReturnType<typeof loadImages>, spec: Readonly<Record<string, unknown>> = {}) => {
      const { manifest } = busybox(undefined).with(spec).build()
      const { spec: complete } = completeManifest(manifest, { name: 'p', namespace: 'n', labels: {}, images })
      return (complete as { imagePullSecrets?: unknown }).imagePullSecrets
    }
    expect(secretsOf(loadImages())).to.equal(undefined)
    const images = { ...loadImages(), pullConfig: config }
    expect(secretsOf(images)).to.deep.equal([{ name: 'kata-conformance-pull' }])
    expect(secretsOf(images, { imagePullSecrets: [{ name: 'own' }] })).to.deep.equal([
      { name: 'own' },
      { name: 'kata-conformance-pull' },
    ])
  })
})
