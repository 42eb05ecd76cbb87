import type { KubeObject } from '../kubeObject.ts'
import { simulatedLabel } from '../node/clusterObjects.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { ClusterAccess } from './clusterAccess.ts'

/** What joining will create, in lines for the operator. */
export function announcement(
  { server, context }: ClusterAccess,
  { nodes, kataDeployNamespace }: Scenario,
  classes: readonly KubeObject[],
  nodeAddress: string,
): string[] {
  const names = nodes.map(({ name }) => name)
  const shown = names.length > 4 ? `${names[0]} … ${names.at(-1)}` : names.join(', ')
  return [
    `SIMULATED Kata nodes join ${server} (context ${context}); their kubelets are at ${nodeAddress}`,
    `created with the label ${simulatedLabel}=true, and removed at the end:`,
    `  ${nodes.length} Nodes with their Leases: ${shown}`,
    `  RuntimeClasses ${classes.map(({ metadata }) => metadata.name).join(', ')}`,
    `  Namespace ${kataDeployNamespace} with DaemonSet kata-deploy`,
    'the scheduler may send any pod of the cluster to these nodes: there it is only simulated',
  ]
}
