import type { KubeObject } from '../kubeObject.ts'
import { parseBytes } from '../kubelet/quantity.ts'
import { claimOf, phaseOf, volumeOf } from './objectViews.ts'

/** The volume could be bound to the claim: it is free or meant for it, and class, mode, access and size fit. */
export function volumeSuits(volume: KubeObject, claim: KubeObject): boolean {
  const want = claimOf(claim)
  const have = volumeOf(volume)
  const ref = have.claimRef
  if (volume.metadata.deletionTimestamp) return false
  if (
    ref &&
    (ref.namespace !== claim.metadata.namespace ||
      ref.name !== claim.metadata.name ||
      (ref.uid && ref.uid !== claim.metadata.uid))
  )
    return false
  if (!ref && !['Available', 'Pending'].includes(phaseOf(volume) ?? 'Pending')) return false
  if (want.volumeName && want.volumeName !== volume.metadata.name) return false
  if ((want.storageClassName ?? '') !== (have.storageClassName ?? '')) return false
  if ((want.volumeMode ?? 'Filesystem') !== (have.volumeMode ?? 'Filesystem')) return false
  if (!(want.accessModes ?? []).every((mode) => have.accessModes?.includes(mode))) return false
  const labels = volume.metadata.labels ?? {}
  if (!Object.entries(want.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value)) return false
  return capacityOf(volume) >= parseBytes(want.resources?.requests?.storage ?? '0')
}

/** Bytes. */
export function capacityOf(volume: KubeObject): number {
  return parseBytes(volumeOf(volume).capacity?.storage ?? '0')
}
