import type { Departures } from './faults/departures.ts'
import type { KubeClient } from './kubeClient.ts'
import type { KubeObject } from './kubeObject.ts'
import { kataDeployObjects, kataHostLabel, type ChartObject } from './node/kataDeployObjects.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** Real ms: kata-deploy's pods start like any other, in seconds at natural speed; many nodes take a control plane its time. */
const rolloutDeadlineMs = (nodes: number) => 30_000 + 300 * nodes

/** Installs what kata-deploy's chart makes and waits until its DaemonSet is rolled out, or its Jobs are over: the cluster is handed over installed. */
export async function deployKata(
  client: KubeClient,
  scenario: Scenario,
  departures: Departures,
  label: (object: KubeObject) => KubeObject = (object) => object,
): Promise<void> {
  const nodes = scenario.nodes.filter((node) => node.kata || departures.kataDeployOnPlainNodes).length
  for (const { path, object } of kataDeployObjects(scenario, departures)) {
    const made = await client.create(path, label(object))
    await installed(client, { path, object: made }, nodes)
    if (object.kind === 'DaemonSet' && departures.daemonSetTemplate === 'changed')
      await client.patch(`${path}/${object.metadata.name}`, {
        spec: {
          template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' } } },
        },
      })
  }
  if (!departures.secondNodeManaged && scenario.deploymentMode === 'daemonset')
    await unmanageSecondNode(client, scenario)
  if (departures.kataNamespaceLevel !== 'privileged')
    await client.patch(`/api/v1/namespaces/${scenario.kataDeployNamespace}`, {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': departures.kataNamespaceLevel } },
    })
}

/** Takes the label away that the DaemonSet selects nodes by, and waits until its pod has gone. */
async function unmanageSecondNode(client: KubeClient, scenario: Scenario): Promise<void> {
  const kata = scenario.nodes.filter((node) => node.kata)
  const second = kata[1]
  if (!second) return
  const pods = `/api/v1/namespaces/${scenario.kataDeployNamespace}/pods`
  const { items, resourceVersion } = await client.list(pods)
  const pod = items.find((each) => (each['spec'] as { nodeName?: string } | undefined)?.nodeName === second.name)
  await client.patch(`/api/v1/nodes/${second.name}`, { metadata: { labels: { [kataHostLabel]: null } } })
  const signal = AbortSignal.timeout(rolloutDeadlineMs(1))
  for await (const { type, object } of client.watch(pods, { resourceVersion, signal }))
    if (type === 'DELETED' && object.metadata.name === pod?.metadata.name) return
  throw new Error(`kata-deploy's pod on ${second.name} does not go with the label of its node`)
}

/** Waits until a DaemonSet or Job has done its work; there is nothing to wait for with other objects. */
async function installed(client: KubeClient, { path, object }: ChartObject, nodes: number): Promise<void> {
  const isDone = object.kind === 'DaemonSet' ? isRolledOut(nodes) : object.kind === 'Job' ? isOver : null
  if (isDone === null) return
  const deadlineMs = rolloutDeadlineMs(nodes)
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(deadlineMs)])
  const resourceVersion = object.metadata.resourceVersion ?? ''
  for await (const event of client.watch(path, { resourceVersion, signal })) {
    if (event.object.metadata.name !== object.metadata.name || !isDone(event.object)) continue
    done.abort()
    return
  }
  throw new Error(
    `kata-deploy's ${object.kind} ${object.metadata.name} has not done its work on ${nodes} nodes within ${deadlineMs / 1000} s; see the pods of namespace ${object.metadata.namespace}`,
  )
}

const isRolledOut = (wanted: number) => (object: KubeObject) => {
  const { numberReady, numberAvailable } = (object.status ?? {}) as Record<string, number>
  return numberReady === wanted && numberAvailable === wanted
}

function isOver(object: KubeObject): boolean {
  const { conditions = [] } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] }
  return conditions.some(({ type, status }) => status === 'True' && ['Complete', 'Failed'].includes(type))
}
