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
  readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
}

/** The status of a Pod object, typed as far as the suite reads it. */
export const statusOf = (pod: KubeObject): PodStatus => pod['status'] ?? {}

export const specOf = (
  pod: KubeObject,
): { nodeName?: string; restartPolicy?: string; containers?: { name: string; image?: string }[] } => pod['spec'] ?? {}

export const isReady = (pod: KubeObject): boolean =>
  statusOf(pod).conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
