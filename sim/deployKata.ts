import type { KubeClient } from './kubeClient.ts'
import type { KubeObject } from './kubeObject.ts'
import { kataDeployObjects } from './node/clusterObjects.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** Real ms: kata-deploy's pods start like any other, in seconds at natural speed; many nodes take a control plane its time. */
const rolloutDeadlineMs = (nodes: number) => 30_000 + 300 * nodes

/** Installs kata-deploy's objects and waits until its DaemonSet is rolled out: the cluster is handed over installed. */
export async function deployKata(
  client: KubeClient,
  scenario: Scenario,
  label: (object: KubeObject) => KubeObject = (object) => object,
): Promise<void> {
  const { namespace, daemonSet } = kataDeployObjects(scenario)
  const name = scenario.kataDeployNamespace
  if (name !== 'kube-system') await client.create('/api/v1/namespaces', label(namespace))
  const path = `/apis/apps/v1/namespaces/${name}/daemonsets`
  const created = await client.create(path, label(daemonSet))
  const wanted = scenario.nodes.filter((node) => node.kata).length
  const deadlineMs = rolloutDeadlineMs(wanted)
  const rolledOut = new AbortController()
  const signal = AbortSignal.any([rolledOut.signal, AbortSignal.timeout(deadlineMs)])
  for await (const { object } of client.watch(path, {
    resourceVersion: created.metadata.resourceVersion ?? '',
    signal,
  })) {
    const { numberReady, numberAvailable } = (object.status ?? {}) as Record<string, number>
    if (object.metadata.name !== 'kata-deploy' || numberReady !== wanted || numberAvailable !== wanted) continue
    rolledOut.abort()
    return
  }
  throw new Error(
    `kata-deploy was not rolled out on ${wanted} nodes within ${deadlineMs / 1000} s; see the pods of namespace ${name}`,
  )
}
