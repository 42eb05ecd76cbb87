import { expect } from 'chai'
import { KubeApiError } from '../../../sim/kubeClient.ts'
import type { KubeClient } from '../../../sim/kubeClient.ts'
import { pod, pods, startTestCluster } from './simulatedCluster.ts'
import type { TestCluster } from './simulatedCluster.ts'

const bindTo = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name },
  target: { kind: 'Node', name: 'node-1' },
})

describe('pods on the simulated API server', () => {
  let cluster: TestCluster
  let client: KubeClient

  before(async () => {
    cluster = await startTestCluster()
    client = cluster.server.client('test')
  })
  after(() => cluster.close())

  async function refusal(promise: Promise<unknown>): Promise<KubeApiError> {
    try {
      await promise
    } catch (error) {
      expect(error).to.be.instanceOf(KubeApiError)
      return error as KubeApiError
    }
    throw new Error('the request was not refused')
  }

  it('on a node go when the kubelet lets them go', async () => {
    const { metadata } = await client.create(
      pods,
      pod('graceful', { nodeName: 'node-1', terminationGracePeriodSeconds: 12 }),
    )
    await client.delete(`${pods}/graceful`)
    const terminating = await client.get(`${pods}/graceful`)
    expect(terminating.metadata).to.include({ deletionGracePeriodSeconds: 12, generation: 2 })
    await client.delete(`${pods}/graceful`, { gracePeriodSeconds: 3 })
    expect((await client.get(`${pods}/graceful`)).metadata.deletionGracePeriodSeconds).to.equal(3)
    const other = await refusal(client.delete(`${pods}/graceful`, { gracePeriodSeconds: 0, uid: 'another' }))
    expect(other.code).to.equal(409)
    await client.delete(`${pods}/graceful`, { gracePeriodSeconds: 0, uid: metadata.uid as string })
    expect((await refusal(client.get(`${pods}/graceful`))).code).to.equal(404)
  })

  it('wait for their finalizers', async () => {
    await client.create(pods, { ...pod('held'), metadata: { name: 'held', finalizers: ['example.org/hold'] } })
    await client.delete(`${pods}/held`)
    expect((await client.get(`${pods}/held`)).metadata.deletionTimestamp).to.be.a('string')
    await client.patch(`${pods}/held`, { metadata: { finalizers: null } })
    expect((await refusal(client.get(`${pods}/held`))).code).to.equal(404)
  })

  it('are not patched in the place of a namesake', async () => {
    await client.create(pods, pod('namesake'))
    for (const path of [`${pods}/namesake`, `${pods}/namesake/resize`, `${pods}/namesake/ephemeralcontainers`]) {
      const { code, message } = await refusal(client.patch(path, { metadata: { uid: 'another' } }))
      expect(code, path).to.equal(422)
      expect(message).to.include('metadata.uid: Invalid value: "another": field is immutable')
    }
  })

  it('are bound once', async () => {
    await client.create(pods, pod('bound'))
    await client.create(`${pods}/bound/binding`, bindTo('bound'))
    const { spec, status, metadata } = await client.get(`${pods}/bound`)
    expect(spec).to.include({ nodeName: 'node-1' })
    expect((status as { conditions: unknown[] }).conditions[0]).to.include({ type: 'PodScheduled', status: 'True' })
    expect(metadata['generation']).to.equal(1)
    expect((await refusal(client.create(`${pods}/bound/binding`, bindTo('bound')))).message).to.contain(
      'is already assigned to node "node-1"',
    )
  })

  it('keep spec and status apart', async () => {
    await client.create(pods, pod('apart'))
    await client.patch(`${pods}/apart`, { status: { phase: 'Running' } })
    await client.patch(`${pods}/apart/status`, { status: { podIP: '10.0.0.1' }, spec: { schedulerName: 'other' } })
    const { spec, status } = await client.get(`${pods}/apart`)
    expect(status).to.deep.equal({ phase: 'Pending', qosClass: 'BestEffort', podIP: '10.0.0.1' })
    expect(spec).to.include({ schedulerName: 'default-scheduler' })
  })

  it('get quantities in canonical form and requests from limits', async () => {
    const { spec, status } = await client.create(
      pods,
      pod('sized', {
        containers: [{ name: 'main', image: 'busybox', resources: { limits: { memory: '1024Mi', cpu: '0.5' } } }],
      }),
    )
    const [container] = (spec as { containers: { resources: unknown; imagePullPolicy: string }[] }).containers
    expect(container?.resources).to.deep.equal({
      limits: { memory: '1Gi', cpu: '500m' },
      requests: { memory: '1Gi', cpu: '500m' },
    })
    expect(container?.imagePullPolicy).to.equal('Always')
    expect(status).to.include({ qosClass: 'Guaranteed' })
  })

  it('merge containers strategically', async () => {
    await client.create(
      pods,
      pod('merged', {
        containers: [
          { name: 'main', image: 'busybox:1' },
          { name: 'side', image: 'busybox:1' },
        ],
      }),
    )
    await client.patch(
      `${pods}/merged`,
      { spec: { containers: [{ name: 'side', image: 'busybox:2' }] } },
      'application/strategic-merge-patch+json',
    )
    const { containers } = (await client.get(`${pods}/merged`))['spec'] as {
      containers: { name: string; image: string }[]
    }
    expect(containers.map(({ name, image }) => `${name} ${image}`)).to.deep.equal(['main busybox:1', 'side busybox:2'])
  })

  it('have a log that the kubelet gives or refuses', async () => {
    await client.create(pods, pod('talks', { nodeName: 'node-1' }))
    await client.create(pods, pod('silent', { nodeName: 'node-1' }))
    const log = await cluster.fetch(`${pods}/talks/log?tailLines=3&timestamps=true&follow=false`)
    expect([log.status, await log.text()]).to.deep.equal([200, 'a line of the log\n'])
    expect(cluster.asked.at(-1)).to.deep.equal({
      path: '/containerLogs/default/talks/main',
      query: new URLSearchParams('timestamps=true&tailLines=3'),
    })
    const refused = await cluster.fetch(`${pods}/silent/log`)
    expect(await refused.json()).to.include({
      code: 400,
      reason: 'BadRequest',
      message: 'container "main" in pod "silent" is waiting to start: ContainerCreating',
    })
  })

  it('tell when the kubelet cannot be reached', async () => {
    await client.create('/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'dead' },
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
      },
    })
    await client.create(pods, pod('lost', { nodeName: 'dead' }))
    const response = await cluster.fetch(`${pods}/lost/log`)
    expect(((await response.json()) as { message: string }).message).to.equal(
      'error dialing backend: dial tcp 127.0.0.1:1: connect: connection refused',
    )
  })
})
