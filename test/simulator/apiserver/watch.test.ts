import { expect } from 'chai'
import { KubeApiError } from '../../../sim/kubeClient.ts'
import type { KubeClient, WatchEvent } from '../../../sim/kubeClient.ts'
import { pod, pods, startTestCluster } from './simulatedCluster.ts'
import type { TestCluster } from './simulatedCluster.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

describe('watches of the simulated API server', () => {
  let cluster: TestCluster
  let client: KubeClient
  let stop: AbortController

  beforeEach(async () => {
    cluster = await startTestCluster()
    client = cluster.server.client('test')
    stop = new AbortController()
  })
  afterEach(async () => {
    stop.abort()
    await cluster.close()
  })

  async function take(
    path: string,
    options: { resourceVersion: string; fieldSelector?: string },
    count: number,
  ): Promise<WatchEvent[]> {
    const events: WatchEvent[] = []
    for await (const event of client.watch(path, { ...options, signal: stop.signal })) {
      events.push(event)
      if (events.length === count) break
    }
    return events
  }
  const shown = (events: WatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`)

  it('show what happened since a list, in order', async () => {
    await client.create(configMaps, configMap('before'))
    const { resourceVersion } = await client.list(configMaps)
    await client.create(configMaps, configMap('a'))
    await client.patch(`${configMaps}/a`, { data: { x: '1' } })
    await client.delete(`${configMaps}/a`)
    const events = await take(configMaps, { resourceVersion }, 3)
    expect(shown(events)).to.deep.equal(['ADDED a', 'MODIFIED a', 'DELETED a'])
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion))
    expect(versions).to.deep.equal([...versions].sort((a, b) => a - b))
  })

  it('say nothing of a write that changes nothing', async () => {
    await client.create(configMaps, configMap('a'))
    const { resourceVersion } = await client.list(configMaps)
    await client.patch(`${configMaps}/a`, { metadata: { name: 'a' } })
    await client.create(configMaps, configMap('b'))
    expect(shown(await take(configMaps, { resourceVersion }, 1))).to.deep.equal(['ADDED b'])
  })

  it('with a field selector show objects that start and stop to match as coming and going', async () => {
    const { resourceVersion } = await client.list(pods)
    await client.create(pods, pod('p'))
    await client.create(`${pods}/p/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'p' },
      target: { kind: 'Node', name: 'node-1' },
    })
    const bound = await take(pods, { resourceVersion, fieldSelector: 'spec.nodeName=node-1' }, 1)
    expect(shown(bound)).to.deep.equal(['ADDED p'])
    const unbound = await take(pods, { resourceVersion, fieldSelector: 'spec.nodeName=' }, 2)
    expect(shown(unbound)).to.deep.equal(['ADDED p', 'DELETED p'])
  })

  it('from a forgotten version end with 410 Expired', async () => {
    const { resourceVersion } = await client.list(configMaps)
    await client.create(configMaps, configMap('a'))
    for (let i = 0; i < 9000; i++) await client.patch(`${configMaps}/a`, { data: { x: String(i) } })
    const error = await take(configMaps, { resourceVersion }, 1).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).to.be.instanceOf(KubeApiError)
    expect(error).to.include({ code: 410, reason: 'Expired' })
    const response = await cluster.fetch(`${configMaps}?watch=1&resourceVersion=${resourceVersion}`)
    const { type, object } = JSON.parse(await response.text()) as { type: string; object: { code: number } }
    expect([type, object.code]).to.deep.equal(['ERROR', 410])
  }).timeout(20_000)

  it('share frozen objects; what get answers is the caller’s own', async () => {
    const created = await client.create(configMaps, configMap('a'))
    created.metadata.labels = { own: 'yes' }
    const [event] = await take(configMaps, { resourceVersion: '0' }, 1)
    expect(Object.isFrozen(event?.object.metadata)).to.equal(true)
    expect(event?.object.metadata.labels).to.equal(undefined)
  })
})
