import type { KubeObject } from '../cluster/cluster.ts'

/** State of a container of a pod, of whatever kind, from its status. */
export interface ContainerState {
  readonly phase: 'waiting' | 'running' | 'terminated' | 'unknown'
  readonly restartCount: number
  /** RFC 3339, whole seconds. */
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly exitCode: number | null
  /** For instance OOMKilled */
  readonly reason: string | null
}

interface Status {
  readonly name: string
  readonly restartCount?: number
  readonly state?: {
    readonly waiting?: { reason?: string }
    readonly running?: { startedAt?: string }
    readonly terminated?: { startedAt?: string; finishedAt?: string; exitCode?: number; reason?: string }
  }
}

export function containerState(pod: KubeObject, container: string): ContainerState {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = (pod.status ?? {}) as Partial<Record<string, Status[]>>
  const statuses = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses]
  const status = statuses.find(({ name }) => name === container)
  const { waiting, running, terminated } = status?.state ?? {}
  return {
    phase: terminated ? 'terminated' : running ? 'running' : waiting ? 'waiting' : 'unknown',
    restartCount: status?.restartCount ?? 0,
    startedAt: running?.startedAt ?? terminated?.startedAt ?? null,
    finishedAt: terminated?.finishedAt ?? null,
    exitCode: terminated?.exitCode ?? null,
    reason: terminated?.reason ?? waiting?.reason ?? null,
  }
}
