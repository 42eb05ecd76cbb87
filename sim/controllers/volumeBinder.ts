import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { specOf } from '../kubelet/podSpec.ts'
import { matchesAnyTerm } from '../scheduler/nodeAffinity.ts'
import { affinityOf } from '../scheduler/volumeClaims.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { objectKey } from './informer.ts'
import { controllerReference } from './kinds.ts'
import { PODS } from './ownedPods.ts'
import { writeStatus } from './ownStatus.ts'
import { capacityOf, volumeSuits } from './volumeMatching.ts'
import { provisionedBy } from './volumeProvisioner.ts'
import { createWorkQueue } from './workQueue.ts'
import { claimOf, phaseOf, volumeOf } from './objectViews.ts'

const CLAIMS = '/api/v1/persistentvolumeclaims'
const VOLUMES = '/api/v1/persistentvolumes'
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses'
const NODES = '/api/v1/nodes'

/** Binds claims to volumes that are there, protects both while in use, makes claims of ephemeral volumes (kube-controller-manager, pv and pvc). */
export function startVolumeBinder(context: ControllerContext): Controller {
  const { client, informers } = context
  const merge = (path: string, patch: unknown) =>
    client.patch(path, patch, 'application/merge-patch+json').catch(ignoreGone)

  const claims = createWorkQueue(context.clock, async (key) => {
    const claim = informers.cache(CLAIMS).get(key)
    if (!claim) return
    const path = claimPath(claim)
    if (claim.metadata.deletionTimestamp) {
      if (claim.metadata.finalizers?.includes('kubernetes.io/pvc-protection') && !inUse(claim))
        await dropFinalizer(path, claim, 'kubernetes.io/pvc-protection')
      return
    }
    if (phaseOf(claim) === 'Bound') return
    const volume = chooseVolume(claim)
    if (!volume) return void (await writeStatus(client, path, claim, { phase: 'Pending' }))
    const { name, namespace, uid } = claim.metadata
    const byController = { 'pv.kubernetes.io/bound-by-controller': 'yes' }
    await client.patch(
      volumePath(volume),
      {
        metadata: { annotations: claimOf(claim).volumeName ? {} : byController },
        spec: { claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid } },
      },
      'application/merge-patch+json',
    )
    await client.patch(`${volumePath(volume)}/status`, { status: { phase: 'Bound' } }, 'application/merge-patch+json')
    await client.patch(
      path,
      {
        metadata: {
          annotations: { 'pv.kubernetes.io/bind-completed': 'yes', ...(claimOf(claim).volumeName ? {} : byController) },
        },
        spec: { volumeName: volume.metadata.name },
      },
      'application/merge-patch+json',
    )
    await client.patch(
      `${path}/status`,
      { status: { phase: 'Bound', accessModes: volumeOf(volume).accessModes, capacity: volumeOf(volume).capacity } },
      'application/merge-patch+json',
    )
  })

  const chooseVolume = (claim: KubeObject): KubeObject | undefined => {
    const storageClass = informers.cache(CLASSES).get(claimOf(claim).storageClassName ?? '')
    const selected = claim.metadata.annotations?.['volume.kubernetes.io/selected-node']
    if (storageClass?.['volumeBindingMode'] === 'WaitForFirstConsumer' && !selected && !claimOf(claim).volumeName)
      return undefined
    const node = selected ? informers.cache(NODES).get(selected) : undefined
    return [...informers.cache(VOLUMES).values()]
      .filter((volume) => volumeSuits(volume, claim))
      .filter((volume) => !node || !affinityOf(volume) || matchesAnyTerm(affinityOf(volume)!, node))
      .sort(
        (a, b) =>
          Number(Boolean(volumeOf(b).claimRef)) - Number(Boolean(volumeOf(a).claimRef)) ||
          capacityOf(a) - capacityOf(b),
      )[0]
  }

  const volumes = createWorkQueue(context.clock, async (name) => {
    const volume = informers.cache(VOLUMES).get(name)
    if (!volume) return
    const ref = volumeOf(volume).claimRef
    const claim = ref && informers.cache(CLAIMS).get(`${ref.namespace}/${ref.name}`)
    const bound = claim !== undefined && (!ref?.uid || claim.metadata.uid === ref.uid)
    if (volume.metadata.deletionTimestamp) {
      if (!bound && volume.metadata.finalizers?.includes('kubernetes.io/pv-protection'))
        await dropFinalizer(volumePath(volume), volume, 'kubernetes.io/pv-protection')
      return
    }
    const phase = phaseOf(volume)
    if (!ref) return void (await writeStatus(client, volumePath(volume), volume, { phase: 'Available' }))
    if (bound || !ref.uid || phase === 'Released' || phase === 'Failed') return
    if (volume.metadata.annotations?.[provisionedBy] !== undefined) return
    if (volumeOf(volume).persistentVolumeReclaimPolicy === 'Delete') {
      const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`
      return void (await writeStatus(client, volumePath(volume), volume, {
        phase: 'Failed',
        reason: 'VolumeFailedDelete',
        message,
      }))
    }
    await writeStatus(client, volumePath(volume), volume, { phase: 'Released' })
  })

  const dropFinalizer = async (path: string, object: KubeObject, name: string): Promise<void> => {
    const finalizers = object.metadata.finalizers!.filter((finalizer) => finalizer !== name)
    await merge(path, { metadata: { finalizers: finalizers.length ? finalizers : null } })
  }
  const claimNames = (pod: KubeObject) =>
    (specOf(pod).volumes ?? []).flatMap(
      (volume) =>
        volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : []),
    )
  const inUse = (claim: KubeObject) =>
    [...informers.cache(PODS).values()].some(
      (pod) =>
        pod.metadata.namespace === claim.metadata.namespace &&
        !['Succeeded', 'Failed'].includes(phaseOf(pod) ?? '') &&
        claimNames(pod).includes(claim.metadata.name),
    )
  const pendingClaims = () => {
    for (const claim of informers.cache(CLAIMS).values()) if (phaseOf(claim) !== 'Bound') claims.add(objectKey(claim))
  }
  const afterPod = (pod: KubeObject) => {
    for (const name of claimNames(pod)) claims.add(`${pod.metadata.namespace}/${name}`)
  }

  informers.listen(CLAIMS, {
    upsert: (claim) => claims.add(objectKey(claim)),
    remove: (claim) => {
      const { volumeName } = claimOf(claim)
      if (volumeName) volumes.add(volumeName)
    },
  })
  informers.listen(VOLUMES, {
    upsert: (volume) => {
      volumes.add(volume.metadata.name)
      pendingClaims()
    },
  })
  informers.listen(CLASSES, { upsert: pendingClaims })
  informers.listen(NODES, {})
  informers.listen(PODS, {
    upsert: (pod, previous) => {
      if (!previous) void createEphemeralClaims(context, pod)
      else if (['Succeeded', 'Failed'].includes(phaseOf(pod) ?? '')) afterPod(pod)
    },
    remove: afterPod,
  })
  return {
    stop() {
      claims.stop()
      volumes.stop()
    },
  }
}

/** Guide: Kubernetes, generic ephemeral volumes: a claim named after pod and volume, owned by the pod. */
async function createEphemeralClaims(context: ControllerContext, pod: KubeObject): Promise<void> {
  for (const volume of specOf(pod).volumes ?? []) {
    if (!volume.ephemeral || pod.metadata.deletionTimestamp) continue
    const { spec } = volume.ephemeral.volumeClaimTemplate
    await context.client
      .create(`/api/v1/namespaces/${pod.metadata.namespace}/persistentvolumeclaims`, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: `${pod.metadata.name}-${volume.name}`,
          namespace: pod.metadata.namespace!,
          ownerReferences: [controllerReference(pod)],
        },
        spec: structuredClone(spec),
      })
      .catch(() => {})
  }
}

const claimPath = (claim: KubeObject) =>
  `/api/v1/namespaces/${claim.metadata.namespace}/persistentvolumeclaims/${claim.metadata.name}`
const volumePath = (volume: KubeObject) => `${VOLUMES}/${volume.metadata.name}`

function ignoreGone(error: unknown): void {
  if (!(error instanceof KubeApiError) || error.code !== 404) throw error
}
