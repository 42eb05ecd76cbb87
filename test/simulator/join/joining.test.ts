import { expect } from 'chai'
import { watchAllNodes } from '../../../sim/kubelet/boundPods.ts'
import { checkJoin } from '../../../sim/join/joinChecks.ts'
import { labelled } from '../../../sim/join/ownLabel.ts'
import { removeLeftovers } from '../../../sim/join/removeJoined.ts'
import { createClock } from '../../../sim/clock.ts'
import { healthy } from '../../../sim/faults/departures.ts'
import { runtimeClassObjects } from '../../../sim/node/clusterObjects.ts'
import { kataDeployObjects } from '../../../sim/node/kataDeployObjects.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import type { Scenario } from '../../../sim/scenarios/scenario.ts'
import { withNodes } from '../../../sim/scenarios/withNodes.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { startControlPlane, type ControlPlane } from '../kubelet/controlPlane.ts'

const NODES = '/api/v1/nodes'
const CLASSES = '/apis/node.k8s.io/v1/runtimeclasses'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
const node = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
})

const namespaceOf = (scenario: Scenario): KubeObject =>
  kataDeployObjects(scenario, healthy).find(({ object }) => object.kind === 'Namespace')!.object

describe('joining a cluster', () => {
  let plane: ControlPlane
  let scenario: Scenario
  let classes: KubeObject[]
  before(async () => {
    scenario = await loadScenario('small')
    classes = runtimeClassObjects(scenario, healthy)
  })
  beforeEach(async () => {
    plane = await startControlPlane()
  })
  afterEach(() => plane.close())
  const refusal = () =>
    checkJoin(plane.client, scenario, classes).then(
      () => null,
      (error: Error) => error.message,
    )

  it('is permitted where nothing is in the way', async () => {
    await plane.client.create(NODES, node('worker'))
    expect(await refusal()).to.equal(null)
  })

  it('is refused beside real Kata nodes', async () => {
    await plane.client.create(NODES, node('worker', { 'katacontainers.io/kata-runtime': 'true' }))
    expect(await refusal()).to.include('node worker has the label katacontainers.io/kata-runtime=true')
  })

  it('is refused where somebody else has the names', async () => {
    await plane.client.create(NODES, node('kata-1'))
    expect(await refusal()).to.include('the cluster has a node kata-1 that no simulation made')
    await plane.client.delete(`${NODES}/kata-1`)
    await plane.client.create(CLASSES, classes[0]!)
    expect(await refusal()).to.include('the cluster has a RuntimeClass kata-qemu that no simulation made')
    await plane.client.delete(`${CLASSES}/kata-qemu`)
    await plane.client.create('/api/v1/namespaces', namespaceOf(scenario))
    expect(await refusal()).to.include('the cluster has a namespace kata-containers that no simulation made')
  })

  it('is refused while another simulation lives, whatever its names', async () => {
    await plane.client.create(NODES, labelled(node('other')))
    const lease = (renewTime: string): KubeObject => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'other' },
      spec: { holderIdentity: 'other', renewTime },
    })
    await plane.client.create(LEASES, lease(new Date().toISOString().replace('Z', '000Z')))
    expect(await refusal()).to.match(/another simulation has joined this cluster: its node other spoke \d+ s ago/)
    await plane.client.delete(`${LEASES}/other`)
    await plane.client.create(LEASES, lease('2020-01-01T00:00:00.000000Z'))
    expect(await refusal()).to.equal(null)
  })

  it('removes what a killed simulation left, and nothing else', async () => {
    await plane.client.create(NODES, node('worker'))
    await plane.client.create(NODES, labelled(node('kata-1')))
    await plane.client.create(CLASSES, { ...classes[0]!, metadata: { name: 'foreign' } })
    await plane.client.create(CLASSES, labelled(classes[0]!))
    for (const { path, object } of kataDeployObjects(scenario, healthy))
      await plane.client.create(path, labelled(object))
    expect(await removeLeftovers(plane.client)).to.deep.equal([
      'node kata-1',
      'RuntimeClass kata-qemu',
      'namespace kata-containers',
    ])
    const names = async (path: string) => (await plane.client.list(path)).items.map(({ metadata }) => metadata.name)
    expect(await names(NODES)).to.deep.equal(['worker'])
    expect(await names(CLASSES)).to.deep.equal(['foreign'])
    expect(await names('/api/v1/namespaces')).not.to.include('kata-containers')
    expect(await names('/apis/rbac.authorization.k8s.io/v1/clusterroles')).not.to.include('kata-deploy-role')
    expect(await removeLeftovers(plane.client)).to.deep.equal([])
  })

  it('tells each kubelet of its own pods over one watch', async () => {
    const pods = '/api/v1/namespaces/default/pods'
    const pod = (name: string, nodeName: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName, containers: [{ name: 'main', image: 'busybox' }] },
    })
    await plane.client.create('/api/v1/namespaces/default/serviceaccounts', serviceAccount).catch(() => {})
    await plane.client.create(pods, pod('before', 'a'))
    const bound = watchAllNodes(plane.client, createClock(Infinity))
    const heard: string[] = []
    const listen = (name: string) =>
      bound.follow(name, {
        onUpsert: ({ metadata }) => heard.push(`${name} + ${metadata.name}`),
        onDelete: ({ metadata }) => heard.push(`${name} - ${metadata.name}`),
      })
    const first = listen('a')
    await first.synced
    listen('b')
    await plane.client.create(pods, pod('after', 'b'))
    first.stop()
    await plane.client.delete(`${pods}/before`, { gracePeriodSeconds: 0 })
    await plane.client.delete(`${pods}/after`, { gracePeriodSeconds: 0 })
    await plane.until(pods, 'after', (object) => object === null)
    await new Promise((resolve) => setImmediate(resolve))
    bound.stop()
    expect(heard).to.deep.equal(['a + before', 'b + after', 'b - after'])
  })
})

const serviceAccount: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }

describe('nodes after the pattern of a scenario', () => {
  it('are its first ones, or repeat', async () => {
    const scenario = await loadScenario('small')
    const names = (count: number) => withNodes(scenario, count).nodes.map(({ name }) => name)
    expect(names(1)).to.deep.equal(['kata-1'])
    expect(names(5)).to.deep.equal(['kata-1', 'kata-2', 'kata-1-2', 'kata-2-2', 'kata-1-3'])
  })
})
