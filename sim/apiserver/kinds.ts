import { createHash } from 'node:crypto'

/*
 * The kinds that are served, a row each: everything generic about a kind is said here. A further kind is a further row.
 * Sources: discovery documents of kube-apiserver v1.34.4; the storages of pkg/registry for what a deletion answers.
 */

export interface Subresource {
  name: string
  verbs: readonly string[]
  /** The kind it takes and gives, when it is not the parent's. */
  kind?: { group: string; version: string; kind: string }
}

export interface Kind {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  namespaced: boolean
  shortNames: readonly string[]
  categories: readonly string[]
  verbs: readonly string[]
  subresources: readonly Subresource[]
  /** The version in etcd, where it is not the served one: only the hash in discovery tells. */
  storageVersion?: string
  /** Kept under the rows of another kind (events.k8s.io is a view of core Events). */
  viewOf?: string
  /** Served only where its CustomResourceDefinition is installed. */
  extension: boolean
  /** Not stored at all: answered by a function (reviews, bindings). */
  virtual: boolean
  /** metadata.generation counts changes of the spec. */
  generation: boolean
  /** PUT to a name that does not exist creates it. */
  createOnUpdate: boolean
  /** PUT must say the version that it replaces. */
  versionedUpdate: boolean
  /** A deletion answers with the object, not with a Status. */
  returnsDeleted: boolean
}

type Row = Pick<Kind, 'plural' | 'kind'> & Partial<Kind> & { status?: boolean; scale?: boolean }

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const statusVerbs = ['get', 'patch', 'update']
const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update']
const cluster = { namespaced: false }
const workload = { status: true, generation: true, categories: ['all'] }
const review = { virtual: true, verbs: ['create'] }
const core = (kind: string) => ({ group: '', version: 'v1', kind })

const rows: Record<string, readonly Row[]> = {
  '/v1': [
    { plural: 'bindings', kind: 'Binding', virtual: true, verbs: ['create'] },
    {
      plural: 'componentstatuses',
      kind: 'ComponentStatus',
      ...cluster,
      verbs: ['get', 'list'],
      shortNames: ['cs'],
      virtual: true,
    },
    { plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
    { plural: 'endpoints', kind: 'Endpoints', shortNames: ['ep'], singular: 'endpoints', createOnUpdate: true },
    { plural: 'events', kind: 'Event', shortNames: ['ev'], createOnUpdate: true },
    { plural: 'limitranges', kind: 'LimitRange', shortNames: ['limits'], createOnUpdate: true },
    {
      plural: 'namespaces',
      kind: 'Namespace',
      ...cluster,
      shortNames: ['ns'],
      returnsDeleted: true,
      verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
      subresources: [
        { name: 'finalize', verbs: ['update'] },
        { name: 'status', verbs: statusVerbs },
      ],
    },
    {
      plural: 'nodes',
      kind: 'Node',
      ...cluster,
      shortNames: ['no'],
      subresources: [
        { name: 'proxy', verbs: proxyVerbs, kind: core('NodeProxyOptions') },
        { name: 'status', verbs: statusVerbs },
      ],
    },
    {
      plural: 'persistentvolumeclaims',
      kind: 'PersistentVolumeClaim',
      shortNames: ['pvc'],
      status: true,
      returnsDeleted: true,
    },
    {
      plural: 'persistentvolumes',
      kind: 'PersistentVolume',
      ...cluster,
      shortNames: ['pv'],
      status: true,
      returnsDeleted: true,
    },
    {
      plural: 'pods',
      kind: 'Pod',
      shortNames: ['po'],
      categories: ['all'],
      generation: true,
      returnsDeleted: true,
      subresources: [
        { name: 'attach', verbs: ['create', 'get'], kind: core('PodAttachOptions') },
        { name: 'binding', verbs: ['create'], kind: core('Binding') },
        { name: 'ephemeralcontainers', verbs: statusVerbs },
        { name: 'eviction', verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
        { name: 'exec', verbs: ['create', 'get'], kind: core('PodExecOptions') },
        { name: 'log', verbs: ['get'] },
        { name: 'portforward', verbs: ['create', 'get'], kind: core('PodPortForwardOptions') },
        { name: 'proxy', verbs: proxyVerbs, kind: core('PodProxyOptions') },
        { name: 'resize', verbs: statusVerbs },
        { name: 'status', verbs: statusVerbs },
      ],
    },
    { plural: 'podtemplates', kind: 'PodTemplate', generation: true, returnsDeleted: true },
    { plural: 'replicationcontrollers', kind: 'ReplicationController', shortNames: ['rc'], ...workload, scale: true },
    { plural: 'resourcequotas', kind: 'ResourceQuota', shortNames: ['quota'], status: true, returnsDeleted: true },
    { plural: 'secrets', kind: 'Secret' },
    {
      plural: 'serviceaccounts',
      kind: 'ServiceAccount',
      shortNames: ['sa'],
      returnsDeleted: true,
      subresources: [
        {
          name: 'token',
          verbs: ['create'],
          kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
        },
      ],
    },
    {
      plural: 'services',
      kind: 'Service',
      shortNames: ['svc'],
      categories: ['all'],
      createOnUpdate: true,
      returnsDeleted: true,
      verbs: allVerbs,
      subresources: [
        { name: 'proxy', verbs: proxyVerbs, kind: core('ServiceProxyOptions') },
        { name: 'status', verbs: statusVerbs },
      ],
    },
  ],
  'apps/v1': [
    { plural: 'controllerrevisions', kind: 'ControllerRevision' },
    { plural: 'daemonsets', kind: 'DaemonSet', shortNames: ['ds'], ...workload },
    { plural: 'deployments', kind: 'Deployment', shortNames: ['deploy'], ...workload, scale: true },
    { plural: 'replicasets', kind: 'ReplicaSet', shortNames: ['rs'], ...workload, scale: true },
    { plural: 'statefulsets', kind: 'StatefulSet', shortNames: ['sts'], ...workload, scale: true },
  ],
  'events.k8s.io/v1': [
    { plural: 'events', kind: 'Event', shortNames: ['ev'], viewOf: '/events', createOnUpdate: true },
  ],
  'authentication.k8s.io/v1': [
    { plural: 'selfsubjectreviews', kind: 'SelfSubjectReview', ...cluster, ...review },
    { plural: 'tokenreviews', kind: 'TokenReview', ...cluster, ...review },
  ],
  'authorization.k8s.io/v1': [
    { plural: 'localsubjectaccessreviews', kind: 'LocalSubjectAccessReview', ...review },
    { plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', ...cluster, ...review },
    { plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview', ...cluster, ...review },
    { plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', ...cluster, ...review },
  ],
  'batch/v1': [
    { plural: 'cronjobs', kind: 'CronJob', shortNames: ['cj'], ...workload },
    { plural: 'jobs', kind: 'Job', ...workload },
  ],
  'networking.k8s.io/v1': [
    { plural: 'ingressclasses', kind: 'IngressClass', ...cluster, generation: true },
    { plural: 'ingresses', kind: 'Ingress', shortNames: ['ing'], status: true, generation: true, singular: 'ingress' },
    { plural: 'networkpolicies', kind: 'NetworkPolicy', shortNames: ['netpol'], generation: true },
  ],
  'policy/v1': [
    {
      plural: 'poddisruptionbudgets',
      kind: 'PodDisruptionBudget',
      shortNames: ['pdb'],
      status: true,
      generation: true,
      versionedUpdate: true,
    },
  ],
  'rbac.authorization.k8s.io/v1': [
    { plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', ...cluster, createOnUpdate: true },
    { plural: 'clusterroles', kind: 'ClusterRole', ...cluster, createOnUpdate: true },
    { plural: 'rolebindings', kind: 'RoleBinding', createOnUpdate: true },
    { plural: 'roles', kind: 'Role', createOnUpdate: true },
  ],
  'storage.k8s.io/v1': [
    { plural: 'csidrivers', kind: 'CSIDriver', ...cluster, returnsDeleted: true, versionedUpdate: true },
    { plural: 'csinodes', kind: 'CSINode', ...cluster, returnsDeleted: true, versionedUpdate: true },
    { plural: 'csistoragecapacities', kind: 'CSIStorageCapacity', versionedUpdate: true },
    { plural: 'storageclasses', kind: 'StorageClass', ...cluster, shortNames: ['sc'], returnsDeleted: true },
    {
      plural: 'volumeattachments',
      kind: 'VolumeAttachment',
      ...cluster,
      status: true,
      returnsDeleted: true,
      versionedUpdate: true,
    },
    {
      plural: 'volumeattributesclasses',
      kind: 'VolumeAttributesClass',
      ...cluster,
      shortNames: ['vac'],
      returnsDeleted: true,
      storageVersion: 'v1beta1',
    },
  ],
  'scheduling.k8s.io/v1': [
    { plural: 'priorityclasses', kind: 'PriorityClass', ...cluster, shortNames: ['pc'], generation: true },
  ],
  'coordination.k8s.io/v1': [{ plural: 'leases', kind: 'Lease', createOnUpdate: true, versionedUpdate: true }],
  'node.k8s.io/v1': [
    { plural: 'runtimeclasses', kind: 'RuntimeClass', ...cluster, createOnUpdate: true, versionedUpdate: true },
  ],
  // CustomResourceDefinitions of Kyverno 1.13 (config/crds)
  'kyverno.io/v1': [
    {
      plural: 'clusterpolicies',
      kind: 'ClusterPolicy',
      ...cluster,
      shortNames: ['cpol'],
      extension: true,
      generation: true,
    },
  ],
  'kyverno.io/v2': [
    { plural: 'policyexceptions', kind: 'PolicyException', shortNames: ['polex'], extension: true, generation: true },
  ],
  'discovery.k8s.io/v1': [{ plural: 'endpointslices', kind: 'EndpointSlice', generation: true }],
}

export const kinds: readonly Kind[] = Object.entries(rows).flatMap(([groupVersion, list]) => {
  const [group, version] = groupVersion.split('/') as [string, string]
  return list.map((row) => expand(group, version, row))
})

function expand(group: string, version: string, row: Row): Kind {
  const { status = false, scale = false, subresources = [], ...rest } = row
  return {
    group,
    version,
    singular: row.kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    extension: false,
    virtual: false,
    generation: false,
    createOnUpdate: false,
    versionedUpdate: false,
    returnsDeleted: false,
    ...rest,
    subresources: [
      ...subresources,
      ...(scale
        ? [{ name: 'scale', verbs: statusVerbs, kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }]
        : []),
      ...(status ? [{ name: 'status', verbs: statusVerbs }] : []),
    ],
  }
}

const byPlural = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]))

export const findKind = (group: string, version: string, plural: string): Kind | undefined =>
  byPlural.get(`${group}/${version}/${plural}`)

export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  return kinds.find((one) => groupVersionOf(one) === apiVersion && one.kind === kind)
}

/** The apiVersion of objects of the kind: `v1`, `apps/v1`. */
export const groupVersionOf = (kind: Pick<Kind, 'group' | 'version'>): string =>
  kind.group === '' ? kind.version : `${kind.group}/${kind.version}`

/** As k8s.io/apiserver/pkg/endpoints/discovery/storageversionhash.go computes it. */
export function storageVersionHash(kind: Kind): string {
  return createHash('sha256')
    .update(`${kind.group}/${kind.storageVersion ?? kind.version}/${kind.kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64')
}
