import type { KubeObject } from '../cluster/cluster.ts'

export interface Cause {
  readonly reason: string
  readonly message: string
}

export interface ContainerStatus {
  readonly name: string
  readonly containerID?: string
  readonly state?: {
    readonly waiting?: { reason?: string; message?: string }
    readonly running?: { startedAt?: string }
    readonly terminated?: { reason?: string; message?: string; exitCode?: number }
  }
  readonly lastState?: { readonly terminated?: { reason?: string; message?: string; exitCode?: number } }
  readonly restartCount?: number
}

export interface PodStatus {
  readonly phase?: string
  readonly reason?: string
  readonly message?: string
  readonly conditions?: readonly {
    type: string
    status: string
    reason?: string
    message?: string
    lastTransitionTime?: string
  }[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
}

/** The status of a Pod object, typed as far as the suite reads it. */
export const statusOf = (pod: KubeObject): PodStatus => pod['status'] ?? {}

interface Spec {
  readonly nodeName?: string
  readonly restartPolicy?: string
  readonly containers?: readonly { name: string; image?: string }[]
  readonly volumes?: readonly { name: string; persistentVolumeClaim?: object }[]
}

export const specOf = (pod: KubeObject): Spec => pod['spec'] ?? {}

export const isReady = (pod: KubeObject): boolean =>
  statusOf(pod).conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
