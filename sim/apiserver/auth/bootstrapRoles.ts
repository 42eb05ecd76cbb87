import type { KubeObject } from '../../kubeObject.ts'
import type { Rule } from './rbac.ts'

/*
 * The roles that every cluster has: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (v1.34), those of users.
 */

const group = 'rbac.authorization.k8s.io'
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }
const readVerbs = ['get', 'list', 'watch']
const writeVerbs = ['create', 'delete', 'deletecollection', 'patch', 'update']

const coreRead = [
  'bindings',
  'configmaps',
  'endpoints',
  'events',
  'limitranges',
  'namespaces',
  'namespaces/status',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'pods',
  'pods/log',
  'pods/status',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'replicationcontrollers/status',
  'resourcequotas',
  'resourcequotas/status',
  'serviceaccounts',
  'services',
  'services/status',
]
const coreWrite = [
  'configmaps',
  'events',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'secrets',
  'serviceaccounts',
  'services',
  'services/proxy',
]
const podAccess = ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy']
const workloads: readonly Rule[] = [
  {
    apiGroups: ['apps'],
    resources: [
      'daemonsets',
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'] },
]
const withVerbs = (rules: readonly Rule[], verbs: string[]): Rule[] => rules.map((rule) => ({ ...rule, verbs }))

const view: Rule[] = [{ apiGroups: [''], resources: coreRead, verbs: readVerbs }, ...withVerbs(workloads, readVerbs)]
const edit: Rule[] = [
  { apiGroups: [''], resources: ['secrets', ...podAccess, 'services/proxy'], verbs: readVerbs },
  {
    apiGroups: [''],
    resources: [...coreWrite, 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'],
    verbs: writeVerbs,
  },
  { apiGroups: [''], resources: ['pods/eviction', 'serviceaccounts/token'], verbs: ['create'] },
  ...withVerbs(workloads, writeVerbs),
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...writeVerbs, ...readVerbs] },
  ...view,
]

const clusterRoles: Record<string, Rule[]> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  admin: [
    { apiGroups: [group], resources: ['rolebindings', 'roles'], verbs: [...writeVerbs, ...readVerbs] },
    { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
    ...edit,
  ],
  edit,
  view,
  'system:basic-user': [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
  'system:discovery': [
    {
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
      verbs: ['get'],
    },
  ],
  'system:public-info-viewer': [
    { nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'], verbs: ['get'] },
  ],
  'system:service-account-issuer-discovery': [
    {
      nonResourceURLs: [
        '/.well-known/openid-configuration',
        '/.well-known/openid-configuration/',
        '/openid/v1/jwks',
        '/openid/v1/jwks/',
      ],
      verbs: ['get'],
    },
  ],
}

const bindings: readonly (readonly [name: string, role: string, ...groups: string[]])[] = [
  ['cluster-admin', 'cluster-admin', 'system:masters'],
  ['system:basic-user', 'system:basic-user', 'system:authenticated'],
  ['system:discovery', 'system:discovery', 'system:authenticated'],
  ['system:public-info-viewer', 'system:public-info-viewer', 'system:authenticated', 'system:unauthenticated'],
  ['system:service-account-issuer-discovery', 'system:service-account-issuer-discovery', 'system:serviceaccounts'],
]

export const bootstrapRoles: readonly KubeObject[] = [
  ...Object.entries(clusterRoles).map(([name, rules]) => ({
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...labels }, annotations: { ...annotations } },
    rules,
  })),
  ...bindings.map(([name, role, ...names]) => ({
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: { ...labels }, annotations: { ...annotations } },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
    subjects: names.map((one) => ({ kind: 'Group', apiGroup: group, name: one })),
  })),
]
