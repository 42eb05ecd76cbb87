import type { KubeObject } from '../kubeObject.ts'
import type { NodeSelectorTerm, PodSpec } from '../kubelet/podSpec.ts'

/** Typed views of the parts of objects that kubelets, scheduler and controllers read. What is not there is undefined, as on the wire. */
export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
}

export function conditionsOf(object: KubeObject): Condition[] {
  return (object['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? []
}

export function phaseOf(object: KubeObject): string | undefined {
  return (object['status'] as { phase?: string } | undefined)?.phase
}

export interface RollingUpdate {
  type?: string
  rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string }
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: PodSpec
}

/** spec of Deployments, ReplicaSets, DaemonSets and Jobs. */
export interface WorkloadSpec {
  template: PodTemplate
  selector?: { matchLabels?: Record<string, string> }
  replicas?: number
  strategy?: RollingUpdate
  updateStrategy?: RollingUpdate
  parallelism?: number
  completions?: number | null
  completionMode?: string
  backoffLimit?: number
  activeDeadlineSeconds?: number
  ttlSecondsAfterFinished?: number
  suspend?: boolean
  paused?: boolean
  revisionHistoryLimit?: number
}

export function workloadOf(object: KubeObject): WorkloadSpec {
  return object['spec'] as WorkloadSpec
}

export interface WorkloadStatus {
  replicas?: number
  readyReplicas?: number
  availableReplicas?: number
  startTime?: string
}

export function workloadStatusOf(object: KubeObject): WorkloadStatus {
  return (object['status'] ?? {}) as WorkloadStatus
}

export interface ClaimSpec {
  accessModes?: string[]
  resources?: { requests?: { storage?: string } }
  selector?: { matchLabels?: Record<string, string> }
  storageClassName?: string
  volumeMode?: string
  volumeName?: string
}

export function claimOf(object: KubeObject): ClaimSpec {
  return object['spec'] as ClaimSpec
}

export interface VolumeSpec {
  accessModes?: string[]
  capacity?: { storage?: string }
  claimRef?: { namespace: string; name: string; uid?: string }
  hostPath?: { path: string; type?: string }
  local?: { path: string }
  csi?: { driver: string; volumeHandle: string }
  nodeAffinity?: { required?: { nodeSelectorTerms: NodeSelectorTerm[] } }
  persistentVolumeReclaimPolicy?: string
  storageClassName?: string
  volumeMode?: string
}

export function volumeOf(object: KubeObject): VolumeSpec {
  return object['spec'] as VolumeSpec
}

export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: string
}

export interface NodeSpec {
  taints?: Taint[]
  unschedulable?: boolean
}

export function nodeSpecOf(object: KubeObject): NodeSpec {
  return (object['spec'] ?? {}) as NodeSpec
}

export interface NodeStatus {
  allocatable?: Record<string, string>
  capacity?: Record<string, string>
  addresses?: { type: string; address: string }[]
  nodeInfo?: Record<string, unknown>
}

export function nodeStatusOf(object: KubeObject): NodeStatus {
  return (object['status'] ?? {}) as NodeStatus
}
