import { forbidden, notFound } from '../apiError.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import type { Admission } from './chain.ts'

const namespaces = findKind('', 'v1', 'namespaces') as Kind
const immortal = new Set(['default', 'kube-system', 'kube-public'])
/** Reviews may name a namespace that does not exist. */
const exempt = new Set(['localsubjectaccessreviews'])

/** Nothing is created in a namespace that is missing or goes; the system's namespaces stay. */
export const namespaceLifecycle: Admission = {
  mutate(context, { operation, kind, namespace, name, object, subresource }) {
    if (operation !== 'CREATE' || !kind.namespaced || exempt.has(kind.plural) || subresource !== '') return
    const found = context.store.of(namespaces).byKey.get(keyOf('', namespace))
    if (found === undefined) throw notFound(namespaces, namespace)
    if (found.object.metadata.deletionTimestamp === undefined) return
    throw forbidden(
      kind,
      object.metadata.name ?? name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    )
  },
  validate(_context, { operation, kind, name }) {
    if (operation === 'DELETE' && kind.plural === 'namespaces' && immortal.has(name)) {
      throw forbidden(kind, name, 'this namespace may not be deleted')
    }
  },
}
