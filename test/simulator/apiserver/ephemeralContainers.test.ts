import { expect } from 'chai'
import { KubeApiError, type KubeClient } from '../../../sim/kubeClient.ts'
import { pod, pods, startTestCluster, type TestCluster } from './simulatedCluster.ts'

/** As kubectl debug sends one. */
const added = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  image: 'busybox:1.36',
  imagePullPolicy: 'IfNotPresent',
  terminationMessagePolicy: 'File',
  ...more,
})

describe('ephemeral containers on the simulated API server', () => {
  let cluster: TestCluster
  let client: KubeClient
  before(async () => {
    cluster = await startTestCluster()
    client = cluster.server.client('test')
    await client.create(pods, pod('debugged', { nodeName: 'node-1' }))
  })
  after(() => cluster.close())

  const patch = (containers: unknown[]) =>
    client.patch(`${pods}/debugged/ephemeralcontainers`, { spec: { ephemeralContainers: containers } })
  const refusal = (containers: unknown[]): Promise<string> =>
    patch(containers).then(
      () => 'taken',
      (error: unknown) => (error instanceof KubeApiError ? `${error.code} ${error.message}` : String(error)),
    )

  it('are added, beside a container of the pod', async () => {
    await patch([added('first', { targetContainerName: 'main' })])
    const { spec } = (await client.get(`${pods}/debugged`)) as unknown as {
      spec: { ephemeralContainers: { name: string }[] }
    }
    expect(spec.ephemeralContainers.map(({ name }) => name)).to.deep.equal(['first'])
  })

  // Each as a real API server of 1.34 answers.
  for (const [what, container, said] of [
    ['another target', added('second', { targetContainerName: 'nobody' }), 'targetContainerName: Not found: "nobody"'],
    ['a name that is taken', added('main'), 'name: Duplicate value: "main"'],
    ['ports', added('second', { ports: [{ containerPort: 80, protocol: 'TCP' }] }), 'ports: Forbidden: cannot be set'],
    ['resources', added('second', { resources: { limits: { cpu: '1' } } }), 'resources: Forbidden: cannot be set'],
  ] as const)
    it(`are refused with ${what}`, async () => {
      const answer = await refusal([added('first', { targetContainerName: 'main' }), container])
      expect(answer).to.match(/^422 /)
      expect(answer).to.include(`spec.ephemeralContainers[1].${said}`)
    })

  it('stay as they are while the pod is there', async () => {
    expect(await refusal([added('first', { image: 'other' })])).to.include(
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "first" may not be changed',
    )
  })
})
