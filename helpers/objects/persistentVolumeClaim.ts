import type { ObjectSpec } from './objectSpec.ts'

/** A claim of one node at a time (ReadWriteOnce). */
export const persistentVolumeClaim = (of: {
  readonly storageClass: string
  readonly volumeMode: 'Block' | 'Filesystem'
  /** A quantity: "64Mi". */
  readonly size: string
  /** The one volume that it is for. */
  readonly volumeName?: string
}): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  content: () => ({
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: of.storageClass,
      volumeMode: of.volumeMode,
      ...(of.volumeName === undefined ? {} : { volumeName: of.volumeName }),
      resources: { requests: { storage: of.size } },
    },
  }),
})
