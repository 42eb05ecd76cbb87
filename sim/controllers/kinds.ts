import type { KubeObject } from '../kubeObject.ts'

export interface KindPath {
  apiVersion: string
  kind: string
  plural: string
  namespaced: boolean
}

const kinds = (apiVersion: string, namespaced: boolean, named: Record<string, string>): KindPath[] =>
  Object.entries(named).map(([kind, plural]) => ({ apiVersion, kind, plural, namespaced }))

/** Kinds whose objects the controllers collect: with their namespace, or with their owners. */
export const KINDS: readonly KindPath[] = [
  ...kinds('v1', true, {
    Pod: 'pods',
    ConfigMap: 'configmaps',
    Secret: 'secrets',
    ServiceAccount: 'serviceaccounts',
    Service: 'services',
    Endpoints: 'endpoints',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    ReplicationController: 'replicationcontrollers',
    ResourceQuota: 'resourcequotas',
    LimitRange: 'limitranges',
    PodTemplate: 'podtemplates',
  }),
  ...kinds('apps/v1', true, {
    Deployment: 'deployments',
    ReplicaSet: 'replicasets',
    DaemonSet: 'daemonsets',
    StatefulSet: 'statefulsets',
    ControllerRevision: 'controllerrevisions',
  }),
  ...kinds('batch/v1', true, { Job: 'jobs', CronJob: 'cronjobs' }),
  ...kinds('coordination.k8s.io/v1', true, { Lease: 'leases' }),
  ...kinds('discovery.k8s.io/v1', true, { EndpointSlice: 'endpointslices' }),
  ...kinds('networking.k8s.io/v1', true, { NetworkPolicy: 'networkpolicies', Ingress: 'ingresses' }),
  ...kinds('policy/v1', true, { PodDisruptionBudget: 'poddisruptionbudgets' }),
  ...kinds('rbac.authorization.k8s.io/v1', true, { Role: 'roles', RoleBinding: 'rolebindings' }),
  ...kinds('v1', false, { Node: 'nodes', Namespace: 'namespaces', PersistentVolume: 'persistentvolumes' }),
  ...kinds('node.k8s.io/v1', false, { RuntimeClass: 'runtimeclasses' }),
  ...kinds('rbac.authorization.k8s.io/v1', false, {
    ClusterRole: 'clusterroles',
    ClusterRoleBinding: 'clusterrolebindings',
  }),
]

export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** All objects of a kind; of one namespace when it is given. */
export function collectionPath(kind: KindPath, namespace?: string): string {
  return `${groupPath(kind.apiVersion)}${namespace ? `/namespaces/${namespace}` : ''}/${kind.plural}`
}

export function kindOf(apiVersion: string, kind: string): KindPath | undefined {
  return KINDS.find((one) => one.kind === kind && one.apiVersion === apiVersion)
}

export function objectPath(kind: KindPath, object: { name: string; namespace?: string | undefined }): string {
  return `${collectionPath(kind, kind.namespaced ? object.namespace : undefined)}/${object.name}`
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export function ownersOf(object: KubeObject): OwnerReference[] {
  return (object.metadata['ownerReferences'] ?? []) as OwnerReference[]
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return ownersOf(object).find((owner) => owner.controller)
}

/** The reference that a controller puts into what it makes. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  }
}
