import { randomBytes } from 'node:crypto'
import { forbidden } from '../apiError.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import type { Admission } from './chain.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- pod specs as JSON
type Json = Record<string, any>

const accounts = findKind('', 'v1', 'serviceaccounts') as Kind
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const mirrorAnnotation = 'kubernetes.io/config.mirror'
/** An hour and 7 seconds: lets the kubelet tell these tokens from those that a pod asked for. */
const expirationSeconds = 3607
const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** Every pod runs as a ServiceAccount and gets its token: plugin/pkg/admission/serviceaccount, v1.34. */
export const serviceAccount: Admission = {
  mutate(context, { operation, kind, subresource, object, namespace }) {
    if (operation !== 'CREATE' || kind.plural !== 'pods' || subresource !== '') return
    const spec = object['spec'] as Json | undefined
    if (spec === undefined || object.metadata.annotations?.[mirrorAnnotation] !== undefined) return
    spec['serviceAccountName'] ??= 'default'
    spec['serviceAccount'] = spec['serviceAccountName']
    const name = spec['serviceAccountName'] as string
    const account = context.store.of(accounts).byKey.get(keyOf(namespace, name))?.object
    if (account === undefined) {
      throw forbidden(
        kind,
        podName(object.metadata),
        `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
      )
    }
    if (spec['imagePullSecrets'] === undefined && (account['imagePullSecrets'] as unknown[] | undefined)?.length) {
      spec['imagePullSecrets'] = (account['imagePullSecrets'] as Json[]).map(({ name: secret }) => ({
        name: secret as string,
      }))
    }
    const mounts = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true
    if (mounts === true) mountToken(spec)
  },
}

export const podName = (metadata: { name?: string; [field: string]: unknown }): string =>
  metadata.name ?? (metadata['generateName'] as string | undefined) ?? 'Unknown'

function mountToken(spec: Json): void {
  const containers = [...((spec['initContainers'] ?? []) as Json[]), ...((spec['containers'] ?? []) as Json[])]
  const volume = `kube-api-access-${[...randomBytes(5)].map((byte) => letters[byte % letters.length]).join('')}`
  let needed = false
  for (const container of containers) {
    const mounts = (container['volumeMounts'] ?? []) as Json[]
    if (mounts.some((mount) => mount['mountPath'] === mountPath)) continue
    container['volumeMounts'] = [...mounts, { name: volume, readOnly: true, mountPath }]
    needed = true
  }
  if (!needed) return
  spec['volumes'] = [
    ...((spec['volumes'] ?? []) as Json[]),
    {
      name: volume,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
        defaultMode: 420,
      },
    },
  ]
}
