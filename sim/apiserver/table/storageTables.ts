import type { KubeObject } from '../../kubeObject.ts'
import { column, spec, status, wide } from './cells.ts'
import type { Json } from './cells.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'

const accessModes = (modes: unknown): string => {
  const short: Record<string, string> = {
    ReadWriteOnce: 'RWO',
    ReadOnlyMany: 'ROX',
    ReadWriteMany: 'RWX',
    ReadWriteOncePod: 'RWOP',
  }
  return ((modes ?? []) as string[]).map((mode) => short[mode] ?? mode).join(',')
}
const volumePhase = (object: KubeObject): string =>
  object.metadata.deletionTimestamp === undefined ? ((status(object)['phase'] ?? '') as string) : 'Terminating'
const unset = '<unset>'

export const storageTables: Readonly<Record<string, readonly Column[]>> = {
  persistentvolumes: [
    nameColumn,
    column('Capacity', (object) => (spec(object)['capacity'] as Json | undefined)?.['storage'] ?? ''),
    column('Access Modes', (object) => accessModes(spec(object)['accessModes'])),
    column('Reclaim Policy', (object) => spec(object)['persistentVolumeReclaimPolicy']),
    column('Status', volumePhase),
    column('Claim', (object) => {
      const claim = spec(object)['claimRef'] as Json | undefined
      return claim === undefined ? '' : `${claim['namespace']}/${claim['name']}`
    }),
    column('StorageClass', (object) => spec(object)['storageClassName'] ?? ''),
    column('VolumeAttributesClass', (object) => spec(object)['volumeAttributesClassName'] ?? unset),
    column('Reason', (object) => status(object)['reason'] ?? ''),
    ageColumn,
    wide('VolumeMode', (object) => spec(object)['volumeMode'] ?? unset),
  ],
  persistentvolumeclaims: [
    nameColumn,
    column('Status', volumePhase),
    column('Volume', (object) => spec(object)['volumeName'] ?? ''),
    column('Capacity', (object) =>
      spec(object)['volumeName'] ? ((status(object)['capacity'] as Json | undefined)?.['storage'] ?? '') : '',
    ),
    column('Access Modes', (object) => (spec(object)['volumeName'] ? accessModes(status(object)['accessModes']) : '')),
    column('StorageClass', (object) => spec(object)['storageClassName'] ?? ''),
    column('VolumeAttributesClass', (object) => spec(object)['volumeAttributesClassName'] ?? unset),
    ageColumn,
    wide('VolumeMode', (object) => spec(object)['volumeMode'] ?? unset),
  ],
  storageclasses: [
    column(
      'Name',
      ({ metadata }) =>
        metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
          ? `${metadata.name} (default)`
          : metadata.name,
      { format: 'name' },
    ),
    column('Provisioner', (object) => object['provisioner']),
    column('ReclaimPolicy', (object) => object['reclaimPolicy']),
    column('VolumeBindingMode', (object) => object['volumeBindingMode']),
    column('AllowVolumeExpansion', (object) => String(object['allowVolumeExpansion'] === true)),
    ageColumn,
  ],
}
