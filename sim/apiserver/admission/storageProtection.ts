import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import type { Admission } from './chain.ts'

const storageClasses = findKind('storage.k8s.io', 'v1', 'storageclasses') as Kind
const defaultClass = 'storageclass.kubernetes.io/is-default-class'
const finalizers: Record<string, string> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
}

/** StorageObjectInUseProtection: volumes and claims go only when nobody uses them. */
export const storageProtection: Admission = {
  mutate(_context, { operation, kind, subresource, object }) {
    const finalizer = finalizers[kind.plural]
    if (operation !== 'CREATE' || subresource !== '' || finalizer === undefined) return
    const present = object.metadata.finalizers ?? []
    if (!present.includes(finalizer)) object.metadata.finalizers = [...present, finalizer]
  },
}

/** DefaultStorageClass: a claim without a class gets the default one. */
export const defaultStorageClass: Admission = {
  mutate(context, { operation, kind, subresource, object }) {
    if (operation !== 'CREATE' || subresource !== '' || kind.plural !== 'persistentvolumeclaims') return
    const spec = object['spec'] as { storageClassName?: string } | undefined
    if (spec === undefined || spec.storageClassName !== undefined) return
    const found = [...context.store.of(storageClasses).byKey.values()].find(
      ({ object: one }) => one.metadata.annotations?.[defaultClass] === 'true',
    )
    if (found !== undefined) spec.storageClassName = found.object.metadata.name
  },
}
