import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { objectKey } from './informer.ts'
import { claimOf, phaseOf, volumeOf } from './objectViews.ts'
import { createWorkQueue } from './workQueue.ts'

const CLAIMS = '/api/v1/persistentvolumeclaims'
const VOLUMES = '/api/v1/persistentvolumes'
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses'

/** Says whose volume it is: of external-provisioner, by which the binder leaves its deletion to it. */
export const provisionedBy = 'pv.kubernetes.io/provisioned-by'

/**
 * The CSI side-car external-provisioner of every StorageClass: makes the volume of a claim on the node that the scheduler chose for its first pod, and deletes
 * it when its claim is gone. The volume itself is made by the driver on that node when a pod first uses it.
 */
export function startVolumeProvisioner(context: ControllerContext): Controller {
  const { client, informers } = context

  const claims = createWorkQueue(context.clock, async (key) => {
    const claim = informers.cache(CLAIMS).get(key)
    if (!claim || claim.metadata.deletionTimestamp || claimOf(claim).volumeName) return
    const storageClass = informers.cache(CLASSES).get(claimOf(claim).storageClassName ?? '')
    const node = claim.metadata.annotations?.['volume.kubernetes.io/selected-node']
    if (!storageClass || node === undefined) return
    await client.create(VOLUMES, volumeFor(claim, storageClass, node)).catch(unless(409))
  })

  const volumes = createWorkQueue(context.clock, async (name) => {
    const volume = informers.cache(VOLUMES).get(name)
    const ref = volume && volumeOf(volume).claimRef
    if (!ref || volume.metadata.annotations?.[provisionedBy] === undefined || volume.metadata.deletionTimestamp) return
    const claim = informers.cache(CLAIMS).get(`${ref.namespace}/${ref.name}`)
    if (claim?.metadata.uid === ref.uid || phaseOf(volume) === undefined) return
    await client.delete(`${VOLUMES}/${name}`).catch(unless(404))
  })

  informers.listen(CLAIMS, {
    upsert: (claim) => claims.add(objectKey(claim)),
    remove: (claim) => {
      const { volumeName } = claimOf(claim)
      if (volumeName) volumes.add(volumeName)
    },
  })
  informers.listen(VOLUMES, {})
  informers.listen(CLASSES, {})
  return {
    stop() {
      claims.stop()
      volumes.stop()
    },
  }
}

function volumeFor(claim: KubeObject, storageClass: KubeObject, node: string): KubeObject {
  const { storageClassName, volumeMode = 'Filesystem', accessModes = [], resources } = claimOf(claim)
  const { name, namespace, uid } = claim.metadata
  const driver = String(storageClass['provisioner'])
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [provisionedBy]: driver } },
    spec: {
      capacity: { storage: resources?.requests?.['storage'] ?? '1Gi' },
      accessModes,
      volumeMode,
      storageClassName,
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid },
      csi: { driver, volumeHandle: `pvc-${uid}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  }
}

const unless =
  (code: number) =>
  (error: unknown): void => {
    if (!(error instanceof KubeApiError) || error.code !== code) throw error
  }
