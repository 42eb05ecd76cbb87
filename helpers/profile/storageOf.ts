import type { Cluster } from '../cluster/cluster.ts'
import { isConnectionTrouble } from '../cluster/connectionTrouble.ts'

/** StorageClasses of a cluster, the default one first; null where they may not be listed. */
export async function storageOf(cluster: Cluster): Promise<readonly string[] | null> {
  try {
    const classes = await cluster.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })
    const isDefault = (each: (typeof classes)[number]) =>
      each.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
    return [...classes.filter(isDefault), ...classes.filter((each) => !isDefault(each))].map(
      ({ metadata }) => metadata.name ?? '',
    )
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    return null
  }
}
