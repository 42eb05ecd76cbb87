import { expect } from 'chai'
import { busyboxPod, PODS, startControlPlane, type ControlPlane } from './controlPlane.ts'
import { conditionOf, specOf } from './seen.ts'
import { condition, ready } from './testNode.ts'

const requesting = (requests: Record<string, string>) => [
  { name: 'main', image: 'busybox:1.36', resources: { requests } },
]
const NO_HELP = 'Preemption is not helpful for scheduling'

describe('scheduler', () => {
  let cluster: ControlPlane
  beforeEach(async () => {
    cluster = await startControlPlane()
    await cluster.addNode('node-a', {
      status: { capacity: { cpu: '2', memory: '4Gi', pods: '110' } },
      labels: { kata: 'true' },
    })
    await cluster.addNode('node-b', { status: { capacity: { cpu: '2', memory: '4Gi', pods: '110' } } })
    for (const name of ['node-a', 'node-b'])
      await cluster.until('/api/v1/nodes', name, (node) => node !== null && !specOf(node).taints?.length)
  })
  afterEach(() => cluster.close())

  const place = async (name: string, spec: Record<string, unknown> = {}) => {
    await cluster.client.create(PODS, busyboxPod(name, spec))
    const pod = await cluster.until(PODS, name, (one) => one !== null && condition(one, 'PodScheduled') !== undefined)
    const scheduled = conditionOf(pod, 'PodScheduled')
    return scheduled?.status === 'True' ? specOf(pod).nodeName : scheduled?.message
  }

  it('follows node selectors', async () => {
    expect(await place('p', { nodeSelector: { kata: 'true' } })).to.equal('node-a')
    expect(await place('q', { nodeSelector: { kata: 'no' } })).to.equal(
      `0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 ${NO_HELP}.`,
    )
  })

  it('follows node affinity by label and by name', async () => {
    const affinity = (term: unknown) => ({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
    })
    expect(await place('p', affinity({ matchExpressions: [{ key: 'kata', operator: 'DoesNotExist' }] }))).to.equal(
      'node-b',
    )
    expect(
      await place('q', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-a'] }] })),
    ).to.equal('node-a')
  })

  it('counts requests, and says what is lacking as recorded', async () => {
    const spec = { nodeSelector: { kata: 'true' }, containers: requesting({ cpu: '1500m' }) }
    expect(await place('p', spec)).to.equal('node-a')
    expect(await place('q', spec)).to.equal(
      `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 ${NO_HELP}.`,
    )
    expect(await place('r', { nodeSelector: { kata: 'true' }, containers: requesting({ memory: '900Gi' }) })).to.equal(
      `0/2 nodes are available: 1 Insufficient memory, 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 ${NO_HELP}.`,
    )
  })

  it('counts the overhead of the RuntimeClass', async () => {
    await cluster.client.create('/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'kata' },
      handler: 'kata',
      overhead: { podFixed: { cpu: '1200m' } },
    })
    const spec = { runtimeClassName: 'kata', nodeSelector: { kata: 'true' } }
    expect(await place('p', spec)).to.equal('node-a')
    expect(await place('q', spec)).to.match(/1 Insufficient cpu/)
  })

  it('binds a waiting pod when another goes', async () => {
    const spec = { containers: requesting({ cpu: '1500m' }), nodeSelector: { kata: 'true' } }
    await place('p', spec)
    expect(await place('q', spec)).to.match(/Insufficient cpu/)
    await cluster.client.delete(`${PODS}/p`)
    await cluster.until(PODS, 'q', (pod) => pod !== null && ready(pod))
  })

  it('respects taints and cordons, and comes back when they are lifted', async () => {
    await cluster.client.patch('/api/v1/nodes/node-a', { spec: { unschedulable: true } })
    await cluster.client.patch('/api/v1/nodes/node-b', {
      spec: { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] },
    })
    await cluster.until(
      '/api/v1/nodes',
      'node-a',
      (node) => specOf(node).taints?.[0]?.key === 'node.kubernetes.io/unschedulable',
    )
    expect(await place('p')).to.equal(
      `0/2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: 2 ${NO_HELP}.`,
    )
    expect(await place('q', { tolerations: [{ key: 'a', operator: 'Exists' }] })).to.equal('node-b')
    await cluster.client.patch('/api/v1/nodes/node-a', { spec: { unschedulable: null } })
    await cluster.until(PODS, 'p', (pod) => pod !== null && ready(pod))
  })

  it('waits for an unbound claim', async () => {
    expect(await place('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }] })).to.equal(
      '0/2 nodes are available: persistentvolumeclaim "none" not found. not found',
    )
  })

  it('spreads pods over equal nodes', async () => {
    const nodes = await Promise.all(
      ['p', 'q', 'r', 's'].map((name) => place(name, { containers: requesting({ cpu: '100m' }) })),
    )
    expect(nodes.filter((name) => name === 'node-a')).to.have.length(2)
  })
})
