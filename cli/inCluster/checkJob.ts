import type { Cluster } from '../../helpers/cluster/cluster.ts'
import type { RunSettings } from '../runSettings.ts'
import { UsageError } from '../usageError.ts'

/** Throws UsageError for options that make no sense together. */
export function checkJobSettings({ inCluster, sim, namespace }: RunSettings): void {
  if (inCluster && sim)
    throw new UsageError('--in-cluster and --sim cannot go together: a simulated node runs no images; leave one out')
  if (!inCluster && namespace !== undefined)
    throw new UsageError('--namespace is about the Job of a run inside the cluster; add --in-cluster')
}

/** Throws UsageError when no node could run the suite's image. */
export async function checkRealNodes(cluster: Cluster): Promise<void> {
  const simulated = 'kata-conformance.dev/simulated'
  const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node' })
  if (nodes.some(({ metadata }) => metadata.labels?.[simulated] !== 'true')) return
  throw new UsageError(
    nodes.length === 0
      ? `${cluster.context} has no nodes; a run inside the cluster needs one for the suite itself`
      : `all nodes of ${cluster.context} are simulated and run no images; leave out --in-cluster`,
  )
}
