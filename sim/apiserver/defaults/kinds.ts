import type { KubeObject } from '../../kubeObject.ts'
import { canonical } from '../schema/quantity.ts'
import { defaultPod, defaultPodSpec } from './podSpec.ts'

/*
 * Defaults of all other kinds, by plural name: the defaults.go of pkg/apis/{core,apps,batch,rbac,storage,…}, v1.34.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- objects as JSON
type Json = Record<string, any>
type Defaulting = (object: KubeObject) => void

const rollingUpdate = (strategy: Json, values: Json): void => {
  strategy['type'] ??= 'RollingUpdate'
  if (strategy['type'] === 'RollingUpdate')
    strategy['rollingUpdate'] = { ...values, ...(strategy['rollingUpdate'] as Json | undefined) }
}

function template(object: KubeObject): Json {
  const spec = (object['spec'] ??= {}) as Json
  if (spec['template']?.spec !== undefined) defaultPodSpec(spec['template'].spec as Json)
  return spec
}

/** Selector and labels of a workload's own template when it names none. */
function selectOwnTemplate(spec: Json, metadata: KubeObject['metadata']): void {
  const labels = spec['template']?.metadata?.labels as Json | undefined
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
}

function roleRefs(object: KubeObject): void {
  const reference = object['roleRef'] as Json | undefined
  if (reference !== undefined) reference['apiGroup'] ??= 'rbac.authorization.k8s.io'
  for (const subject of (object['subjects'] ?? []) as Json[]) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') subject['apiGroup'] ??= 'rbac.authorization.k8s.io'
  }
}

export const defaultings: Readonly<Record<string, Defaulting>> = {
  pods: defaultPod,
  podtemplates: (object) => {
    if (object['template']?.spec !== undefined) defaultPodSpec(object['template'].spec as Json)
  },
  namespaces: (object) => {
    object.metadata.labels = { ...object.metadata.labels }
    if (object.metadata.name) object.metadata.labels['kubernetes.io/metadata.name'] = object.metadata.name
  },
  secrets: (object) => {
    object['type'] ??= 'Opaque'
  },
  nodes: (object) => {
    const status = object['status'] as Json | undefined
    if (status?.['capacity'] !== undefined) status['allocatable'] ??= { ...(status['capacity'] as Json) }
  },
  services: (object) => {
    const spec = (object['spec'] ??= {}) as Json
    spec['type'] ??= 'ClusterIP'
    spec['sessionAffinity'] ??= 'None'
    if (spec['sessionAffinity'] === 'ClientIP')
      spec['sessionAffinityConfig'] ??= { clientIP: { timeoutSeconds: 10800 } }
    for (const port of (spec['ports'] ?? []) as Json[]) {
      port['protocol'] ??= 'TCP'
      port['targetPort'] ??= port['port']
    }
    if (spec['type'] !== 'ExternalName') spec['internalTrafficPolicy'] ??= 'Cluster'
    if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') spec['externalTrafficPolicy'] ??= 'Cluster'
    if (spec['type'] === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true
  },
  persistentvolumes: (object) => {
    const spec = (object['spec'] ??= {}) as Json
    spec['persistentVolumeReclaimPolicy'] ??= 'Retain'
    spec['volumeMode'] ??= 'Filesystem'
    object['status'] = { phase: 'Pending', ...(object['status'] as Json | undefined) }
    if (spec['hostPath'] !== undefined) (spec['hostPath'] as Json)['type'] ??= ''
  },
  persistentvolumeclaims: (object) => {
    const spec = (object['spec'] ??= {}) as Json
    spec['volumeMode'] ??= 'Filesystem'
    object['status'] = { phase: 'Pending', ...(object['status'] as Json | undefined) }
  },
  storageclasses: (object) => {
    object['reclaimPolicy'] ??= 'Delete'
    object['volumeBindingMode'] ??= 'Immediate'
  },
  limitranges: (object) => {
    for (const item of (object['spec']?.limits ?? []) as Json[]) {
      if (item['type'] !== 'Container') continue
      const max = (item['max'] ?? {}) as Json
      const given = { ...max, ...(item['default'] as Json | undefined) }
      if (Object.keys(given).length > 0) item['default'] = given
      const request = {
        ...(item['min'] as Json | undefined),
        ...given,
        ...(item['defaultRequest'] as Json | undefined),
      }
      if (Object.keys(request).length > 0) item['defaultRequest'] = request
    }
  },
  deployments: (object) => {
    const spec = template(object)
    spec['replicas'] ??= 1
    rollingUpdate((spec['strategy'] ??= {}) as Json, { maxUnavailable: '25%', maxSurge: '25%' })
    spec['revisionHistoryLimit'] ??= 10
    spec['progressDeadlineSeconds'] ??= 600
  },
  replicasets: (object) => {
    template(object)['replicas'] ??= 1
  },
  replicationcontrollers: (object) => {
    const spec = template(object)
    spec['replicas'] ??= 1
    spec['selector'] ??= { ...(spec['template']?.metadata?.labels as Json | undefined) }
    selectOwnTemplate(spec, object.metadata)
  },
  daemonsets: (object) => {
    const spec = template(object)
    rollingUpdate((spec['updateStrategy'] ??= {}) as Json, { maxUnavailable: 1, maxSurge: 0 })
    spec['revisionHistoryLimit'] ??= 10
  },
  statefulsets: (object) => {
    const spec = template(object)
    spec['replicas'] ??= 1
    spec['podManagementPolicy'] ??= 'OrderedReady'
    rollingUpdate((spec['updateStrategy'] ??= {}) as Json, { partition: 0 })
    spec['revisionHistoryLimit'] ??= 10
    spec['persistentVolumeClaimRetentionPolicy'] ??= { whenDeleted: 'Retain', whenScaled: 'Retain' }
  },
  jobs: (object) => {
    const spec = template(object)
    if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1
    spec['parallelism'] ??= 1
    spec['backoffLimit'] ??= spec['backoffLimitPerIndex'] === undefined ? 6 : 2147483647
    spec['completionMode'] ??= 'NonIndexed'
    spec['suspend'] ??= false
    spec['podReplacementPolicy'] ??= spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed'
    if (spec['manualSelector'] !== true) delete spec['manualSelector']
    selectOwnTemplate(spec, object.metadata)
  },
  cronjobs: (object) => {
    const spec = (object['spec'] ??= {}) as Json
    spec['concurrencyPolicy'] ??= 'Allow'
    spec['suspend'] ??= false
    spec['successfulJobsHistoryLimit'] ??= 3
    spec['failedJobsHistoryLimit'] ??= 1
    const inner = spec['jobTemplate']?.spec?.template?.spec as Json | undefined
    if (inner !== undefined) defaultPodSpec(inner)
  },
  rolebindings: roleRefs,
  clusterrolebindings: roleRefs,
  networkpolicies: (object) => {
    const spec = (object['spec'] ??= {}) as Json
    spec['policyTypes'] ??= spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress']
    const peers = [...((spec['ingress'] ?? []) as Json[]), ...((spec['egress'] ?? []) as Json[])]
    for (const rule of peers) for (const port of (rule['ports'] ?? []) as Json[]) port['protocol'] ??= 'TCP'
  },
  runtimeclasses: (object) => {
    const fixed = object['overhead']?.podFixed as Record<string, string> | undefined
    if (fixed !== undefined) for (const name of Object.keys(fixed)) fixed[name] = canonical(fixed[name] as string)
  },
  priorityclasses: (object) => {
    object['preemptionPolicy'] ??= 'PreemptLowerPriority'
  },
  endpointslices: (object) => {
    for (const port of (object['ports'] ?? []) as Json[]) {
      port['name'] ??= ''
      port['protocol'] ??= 'TCP'
    }
  },
  endpoints: (object) => {
    for (const subset of (object['subsets'] ?? []) as Json[]) {
      for (const port of (subset['ports'] ?? []) as Json[]) port['protocol'] ??= 'TCP'
    }
  },
}
