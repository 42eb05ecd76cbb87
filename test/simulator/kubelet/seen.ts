import type { KubeObject } from '../../../sim/kubeObject.ts'

export interface SeenContainer {
  name: string
  ready: boolean
  restartCount: number
  state: Record<string, { reason?: string; message?: string; exitCode?: number }>
}

/** A status as tests look at it: of pods, nodes, claims and workloads. */
export interface SeenStatus {
  phase?: string
  reason?: string
  message?: string
  conditions?: {
    type: string
    status: string
    reason?: string
    message?: string
    lastHeartbeatTime?: string
    lastTransitionTime?: string
  }[]
  initContainerStatuses?: SeenContainer[]
  containerStatuses?: SeenContainer[]
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  availableReplicas?: number
  numberReady?: number
  ready?: number
  used?: Record<string, string>
  daemonEndpoints?: { kubeletEndpoint: { Port: number } }
}

export function statusOf(object: KubeObject | null): SeenStatus {
  return (object?.['status'] ?? {}) as SeenStatus
}

export interface SeenSpec {
  nodeName?: string
  containers?: { image: string }[]
  taints?: { key: string }[]
  terminationGracePeriodSeconds?: number
  volumeName?: string
  holderIdentity?: string
}

export function specOf(object: KubeObject | null): SeenSpec {
  return (object?.['spec'] ?? {}) as SeenSpec
}

export function conditionOf(object: KubeObject | null, type: string) {
  return statusOf(object).conditions?.find((condition) => condition.type === type)
}

export function restartsOf(pod: KubeObject): number | undefined {
  return statusOf(pod).containerStatuses?.[0]?.restartCount
}

/** What the pod's first container waits for. */
export function waitingOf(pod: KubeObject) {
  return statusOf(pod).containerStatuses?.[0]?.state['waiting']
}
