import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { kataDeployImage } from '../../helpers/facts/kataVersion.ts'

/** kata-deploy's DaemonSet, by its image; null where it is in Job mode, or Kata came otherwise. */
export async function kataDeploySet(cluster: Cluster): Promise<KubeObject | null> {
  const sets = await cluster.list({ apiVersion: 'apps/v1', kind: 'DaemonSet' })
  return sets.find((each) => kataDeployImage(each) !== null) ?? null
}
