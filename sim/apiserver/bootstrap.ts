import type { Context } from './context.ts'
import { admin } from './auth/authority.ts'
import { kindOf } from './kinds.ts'
import type { KubeObject } from '../kubeObject.ts'
import { create } from './write/create.ts'
import { bootstrapRoles } from './auth/bootstrapRoles.ts'

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** What a kube-apiserver makes by itself at its first start. */
export function bootstrap(context: Context): void {
  for (const name of systemNamespaces) add(context, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (const object of bootstrapRoles) add(context, object)
  for (const [name, value, description] of priorityClasses) {
    add(context, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description })
  }
  add(context, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.1',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  })
}

const priorityClasses = [
  ['system-node-critical', 2000001000, 'Used for system critical pods that must not be moved from their current node.'],
  [
    'system-cluster-critical',
    2000000000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
] as const

function add(context: Context, object: KubeObject): void {
  const kind = kindOf(object.apiVersion, object.kind)
  if (kind === undefined) throw new Error(`bootstrap object of an unknown kind ${object.kind}`)
  const target = { kind, namespace: object.metadata.namespace ?? '', name: '', subresource: '' }
  create(
    context,
    target,
    object,
    { user: admin, dryRun: false, fieldManager: 'kube-apiserver', fieldValidation: 'Strict' },
    [],
  )
}
