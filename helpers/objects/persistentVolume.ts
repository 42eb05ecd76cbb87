import type { ObjectSpec } from './objectSpec.ts'

/**
 * A volume of the suite's own on one node: a device or a folder that it made there (helpers/node/nodeChanges.ts). No class and no provisioner: only a claim
 * that names it gets it.
 */
export const persistentVolume = (of: {
  readonly node: string
  readonly path: string
  readonly volumeMode: 'Block' | 'Filesystem'
  readonly size: string
}): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  clusterScoped: true,
  content: () => ({
    spec: {
      capacity: { storage: of.size },
      volumeMode: of.volumeMode,
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      local: { path: of.path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [of.node] }] }],
        },
      },
    },
  }),
})
