import { expect } from 'chai'
import { load } from 'js-yaml'
import { startTestCluster } from './simulatedCluster.ts'
import type { TestCluster } from './simulatedCluster.ts'

const events = '/api/v1/namespaces/default/events'

describe('the simulated API server over HTTP', () => {
  let cluster: TestCluster

  before(async () => {
    cluster = await startTestCluster()
  })
  after(() => cluster.close())

  it('takes the token of its kubeconfig as a header or before the path', async () => {
    const config = load(cluster.server.kubeconfig()) as {
      clusters: { cluster: { server: string } }[]
      'current-context': string
    }
    const server = config.clusters[0]?.cluster.server as string
    expect(config['current-context']).to.equal('kata-sim')
    expect((await fetch(`${server}/api/v1/nodes`)).status).to.equal(200)
    expect((await fetch(`${cluster.server.url}/api/v1/nodes`)).status).to.equal(403)
    expect((await fetch(`${cluster.server.url}/u/wrong/api/v1/nodes`)).status).to.equal(401)
    expect((await cluster.fetch('/api/v1/nodes')).status).to.equal(200)
  })

  it('shows one event under both of its groups', async () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      reason: 'Started',
      message: 'it started',
      type: 'Normal',
      source: { component: 'kubelet' },
      count: 1,
    }
    expect((await cluster.fetch(events, { method: 'POST', body: JSON.stringify(event) })).status).to.equal(201)
    const view = (await (await cluster.fetch('/apis/events.k8s.io/v1/namespaces/default/events/e')).json()) as Record<
      string,
      unknown
    >
    expect(view).to.include({ apiVersion: 'events.k8s.io/v1', note: 'it started', reason: 'Started' })
    expect(view['regarding']).to.deep.equal({ kind: 'Pod', namespace: 'default', name: 'p' })
    const list = await cluster.fetch(`${events}?fieldSelector=involvedObject.name%3Dp,reason%3DStarted`)
    expect(((await list.json()) as { items: unknown[] }).items).to.have.length(1)
  })

  it('writes YAML when asked', async () => {
    const response = await cluster.fetch('/api/v1/namespaces/default', { headers: { Accept: 'application/yaml' } })
    expect(response.headers.get('content-type')).to.equal('application/yaml')
    expect(load(await response.text())).to.deep.include({ kind: 'Namespace', apiVersion: 'v1' })
  })

  it('scales by the scale sub-resource', async () => {
    const template = {
      metadata: { labels: { app: 'w' } },
      spec: { containers: [{ name: 'main', image: 'busybox:1' }] },
    }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'w' },
      spec: { selector: { matchLabels: { app: 'w' } }, template },
    }
    const path = '/apis/apps/v1/namespaces/default/deployments'
    expect((await cluster.fetch(path, { method: 'POST', body: JSON.stringify(deployment) })).status).to.equal(201)
    const scaled = await cluster.fetch(`${path}/w/scale`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: '{"spec":{"replicas":4}}',
    })
    expect(((await scaled.json()) as { kind: string; spec: unknown }).spec).to.deep.equal({ replicas: 4 })
    const stored = (await (await cluster.fetch(`${path}/w`)).json()) as {
      spec: { replicas: number }
      metadata: { generation: number }
    }
    expect([stored.spec.replicas, stored.metadata.generation]).to.deep.equal([4, 2])
  })
})
