import type { KubeObject } from '../cluster/cluster.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** How a container ended, as the pod's status has it. */
export interface Termination {
  readonly reason: string
  readonly exitCode: number
  readonly message: string
}

interface ContainerStatus {
  readonly name: string
  readonly restartCount: number
  readonly state?: { readonly running?: object; readonly terminated?: Partial<Termination> }
}

/** The status of a container; the only one's when no name is given. Throws when the pod has none of that name. */
export function containerStatus(pod: KubeObject, container?: string): ContainerStatus {
  const statuses = (pod.status as { containerStatuses?: ContainerStatus[] } | undefined)?.containerStatuses ?? []
  const status = container === undefined ? statuses[0] : statuses.find(({ name }) => name === container)
  if (!status) throw new Error(`pod ${pod.metadata.name} has no status of container ${container ?? '(any)'}`)
  return status
}

/** Reason and exit code of a container that has ended; null while it runs. */
export function termination(pod: PodHandle, container?: string): Termination | null {
  const ended = containerStatus(pod.object, container).state?.terminated
  return ended ? { reason: ended.reason ?? '', exitCode: ended.exitCode ?? -1, message: ended.message ?? '' } : null
}

/** "OOMKilled (137)", for assertions that show what was seen instead. */
export const howItEnded = (pod: PodHandle, container?: string): string => {
  const ended = termination(pod, container)
  return ended ? `${ended.reason} (${ended.exitCode})` : 'still running'
}
