import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { kataLabel, simulatedLabel } from '../node/clusterObjects.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { isOurs } from './ownLabel.ts'

/** A cluster that simulated nodes must not join. */
export class JoinError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'JoinError'
  }
}

/** Who has not spoken for so long is gone: lease duration of a node. */
const SILENT_MS = 40_000

/** Throws JoinError where joining would touch what is not ours, mix with real Kata, or with another simulation. @param classes that will be created */
export async function checkJoin(client: KubeClient, scenario: Scenario, classes: readonly KubeObject[]): Promise<void> {
  const nodes = (await client.list('/api/v1/nodes')).items
  const real = nodes.find((node) => !isOurs(node) && node.metadata.labels?.[kataLabel] === 'true')
  if (real)
    throw new JoinError(
      `node ${real.metadata.name} has the label ${kataLabel}=true: simulated nodes do not join a cluster that has Kata`,
    )
  const present = async (path: string) => (await client.list(path)).items
  refuseForeign('node', nodes, namesOf(scenario.nodes))
  refuseForeign(
    'RuntimeClass',
    await present('/apis/node.k8s.io/v1/runtimeclasses'),
    namesOf(classes.map(({ metadata }) => metadata)),
  )
  const namespace = scenario.kataDeployNamespace
  if (namespace !== 'kube-system')
    refuseForeign('namespace', await present('/api/v1/namespaces'), namesOf([{ name: namespace }]))
  for (const node of nodes.filter(isOurs)) await refuseLiving(client, node.metadata.name)
}

const namesOf = (named: readonly { name: string }[]): ReadonlySet<string> => new Set(named.map(({ name }) => name))

function refuseForeign(kind: string, present: readonly KubeObject[], names: ReadonlySet<string>): void {
  const foreign = present.find((object) => names.has(object.metadata.name) && !isOurs(object))
  if (!foreign) return
  throw new JoinError(
    `the cluster has a ${kind} ${foreign.metadata.name} that no simulation made (label ${simulatedLabel}=true): it is left alone; use another cluster, or a scenario with other names`,
  )
}

async function refuseLiving(client: KubeClient, node: string): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`
  const lease = await client.get(path).catch(() => null)
  const renewed = Date.parse((lease?.['spec'] as { renewTime?: string } | undefined)?.renewTime ?? '')
  if (!(Date.now() - renewed < SILENT_MS)) return
  const seconds = Math.round((Date.now() - renewed) / 1000)
  throw new JoinError(
    `another simulation has joined this cluster: its node ${node} spoke ${seconds} s ago; end it first (one that was killed counts as gone after ${SILENT_MS / 1000} s)`,
  )
}
