import { expect } from 'chai'
import { inClusterObjects } from '../../../cli/inCluster/objects.ts'

const config = '{"auths":{"registry.example":{"auth":"c29tZWJvZHk6c2VjcmV0"}}}'

const objects = (pullConfig: string | null) =>
  inClusterObjects({
    name: 'kata-conformance',
    namespace: 'kata-conformance',
    makeNamespace: true,
    labels: {},
    image: 'registry.example/suite:1',
    arguments: [],
    profile: null,
    pullConfig,
    shards: null,
    rules: [],
    kataNamespace: null,
  })

interface PodSpec {
  readonly imagePullSecrets?: readonly { name: string }[]
  readonly containers: readonly { args: string[]; volumeMounts: { name: string; mountPath: string }[] }[]
  readonly volumes: readonly { name: string; secret?: { secretName: string } }[]
}

const podOf = (pullConfig: string | null): PodSpec =>
  (objects(pullConfig).at(-1)?.['spec'] as { template: { spec: PodSpec } }).template.spec

describe('credentials for images, inside the cluster', () => {
  it('are in a Secret of the Job’s namespace, by which its own image is pulled', () => {
    const secret = objects(config).find(({ kind }) => kind === 'Secret')
    expect(secret).to.include({ type: 'kubernetes.io/dockerconfigjson' })
    const { '.dockerconfigjson': data = '' } = secret?.['data'] as Record<string, string>
    expect(Buffer.from(data, 'base64').toString()).to.equal(config)
    expect(podOf(config).imagePullSecrets).to.deep.equal([{ name: secret?.metadata.name }])
  })

  it('are a file for the suite, which makes Secrets of it for its own pods, and not for the other container', () => {
    const { containers, volumes } = podOf(config)
    const [suite, results] = containers
    const mounted = suite?.volumeMounts.find(({ name }) => volumes.find((each) => each.name === name)?.secret)
    expect(suite?.args.slice(3)).to.deep.equal(['--image-pull-config', `${mounted?.mountPath}/.dockerconfigjson`])
    expect(results?.volumeMounts).to.deep.equal([{ name: 'results', mountPath: '/results' }])
  })

  it('are nowhere when none are given', () => {
    expect(objects(null).some(({ kind }) => kind === 'Secret')).to.equal(false)
    expect(podOf(null)).not.to.have.property('imagePullSecrets')
  })
})
