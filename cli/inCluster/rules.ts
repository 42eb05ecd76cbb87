/** One rule of a ClusterRole, as rbac.authorization.k8s.io/v1 writes it. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const readable = ['get', 'list', 'watch']

/** What the suite asks of a cluster from within: objects that it makes, and what facts are read from. */
export const rules: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: [...readable, 'create', 'delete', 'patch'] },
  // Over a WebSocket exec is a GET; from Kubernetes 1.35 on it needs create, too.
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['nodes', 'events', 'serviceaccounts', 'configmaps'], verbs: readable },
  { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: readable },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: readable },
  { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: [...readable, 'create', 'delete'] },
]
