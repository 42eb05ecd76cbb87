import type { KubeObject } from '../kubeObject.ts'
import type { NodeSelectorTerm } from '../kubelet/podSpec.ts'
import { specOf } from '../kubelet/podSpec.ts'
import { volumeSuits } from '../controllers/volumeMatching.ts'
import { claimOf, phaseOf, volumeOf } from '../controllers/objectViews.ts'

/** What the claims of a pod ask of its node. */
export interface ClaimedVolumes {
  /** Node affinities of volumes that are bound. */
  affinities: NodeSelectorTerm[][]
  /** Claims that wait for their first consumer: node affinities of the volumes that could be bound; null is any node. */
  unbound: { claim: KubeObject; candidates: (NodeSelectorTerm[] | null)[] }[]
}

export const NO_CLAIMS: ClaimedVolumes = { affinities: [], unbound: [] }

export interface VolumeCaches {
  claims: ReadonlyMap<string, KubeObject>
  volumes: ReadonlyMap<string, KubeObject>
  classes: ReadonlyMap<string, KubeObject>
}

/** A reason in words when the pod cannot be scheduled anywhere because of its claims. */
export function claimedVolumes(pod: KubeObject, caches: VolumeCaches): ClaimedVolumes | string {
  const result: ClaimedVolumes = { affinities: [], unbound: [] }
  for (const volume of specOf(pod).volumes ?? []) {
    const name =
      volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : null)
    if (!name) continue
    const claim = caches.claims.get(`${pod.metadata.namespace}/${name}`)
    if (!claim)
      return volume.ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`
    if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`
    const bound = caches.volumes.get(claimOf(claim).volumeName ?? '')
    if (phaseOf(claim) === 'Bound' && bound) {
      const affinity = affinityOf(bound)
      if (affinity) result.affinities.push(affinity)
      continue
    }
    const storageClass = caches.classes.get(claimOf(claim).storageClassName ?? '')
    if (storageClass?.['volumeBindingMode'] !== 'WaitForFirstConsumer')
      return 'pod has unbound immediate PersistentVolumeClaims'
    result.unbound.push({
      claim,
      candidates: [
        // A class with a provisioner gets its volume on whichever node is chosen.
        ...(storageClass['provisioner'] === 'kubernetes.io/no-provisioner' ? [] : [null]),
        ...[...caches.volumes.values()].filter((one) => volumeSuits(one, claim)).map(affinityOf),
      ],
    })
  }
  return result
}

export function affinityOf(volume: KubeObject): NodeSelectorTerm[] | null {
  return volumeOf(volume).nodeAffinity?.required?.nodeSelectorTerms ?? null
}
