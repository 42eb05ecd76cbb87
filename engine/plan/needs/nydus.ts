import type { Need } from '../need.ts'
import { snapshotterNeeds } from './snapshotter.ts'

/** `nydus:present`, `nydus:absent`: whether the node's containerd has the nydus snapshotter. */
export const nydusNeeds: Readonly<Record<string, Need>> = {
  nydus: (context, argument) =>
    snapshotterNeeds['snapshotter']?.(context, argument === 'absent' ? 'nydus-absent' : 'nydus') ?? null,
}
