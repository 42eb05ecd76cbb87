import type { KubeObject } from '../kubeObject.ts'
import { parseBytes } from '../kubelet/quantity.ts'

/** The volume could be bound to the claim: it is free or meant for it, and class, mode, access and size fit. */
export function volumeSuits(volume: KubeObject, claim: KubeObject): boolean {
  const want = claim['spec']
  const have = volume['spec']
  const ref = have.claimRef as { namespace?: string; name?: string; uid?: string } | undefined
  if (volume.metadata.deletionTimestamp) return false
  if (ref && (ref.namespace !== claim.metadata.namespace || ref.name !== claim.metadata.name || (ref.uid && ref.uid !== claim.metadata.uid))) return false
  if (!ref && volume['status']?.phase && !['Available', 'Pending'].includes(volume['status'].phase)) return false
  if (want.volumeName && want.volumeName !== volume.metadata.name) return false
  if ((want.storageClassName ?? '') !== (have.storageClassName ?? '')) return false
  if ((want.volumeMode ?? 'Filesystem') !== (have.volumeMode ?? 'Filesystem')) return false
  if (!(want.accessModes as string[]).every((mode) => (have.accessModes as string[]).includes(mode))) return false
  const labels = volume.metadata.labels ?? {}
  if (!Object.entries((want.selector?.matchLabels ?? {}) as Record<string, string>).every(([key, value]) => labels[key] === value)) return false
  return parseBytes(have.capacity.storage) >= parseBytes(want.resources.requests.storage)
}
