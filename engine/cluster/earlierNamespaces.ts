import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { describeState } from '../../helpers/cluster/objectState.ts'
import { RUN_LABEL, runSelector } from './labels.ts'

/** Namespaces of other runs that have not gone yet, one line each with what holds them. They are in nobody's way, but somebody should know. */
export async function earlierNamespaces(cluster: Cluster, runId: string): Promise<string[]> {
  const all = await cluster.list({ apiVersion: 'v1', kind: 'Namespace', labelSelector: runSelector() })
  return all
    .filter(({ metadata }) => metadata.deletionTimestamp && metadata.labels?.[RUN_LABEL] !== runId)
    .map((each) => `namespace ${each.metadata.name} of another run is still being deleted: ${describeState(each)}`)
}
