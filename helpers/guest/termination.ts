import type { KubeObject } from '../cluster/cluster.ts'
import { isTimeOver } from '../cluster/waitError.ts'
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

/** An exit that may have been an OOM kill of which the kubelet has not heard yet. */
const perhapsOom = (ended: Partial<Termination> | undefined): boolean =>
  ended?.reason === 'Error' && ended.exitCode === 137

/**
 * Waits up to 15 s until the end of a container that was killed reads OOMKilled; where that does not come, the pod stays as it is. Exit and OOM of a task
 * are two events, and the exit may be told first (kata-containers#8821, containerd#8180).
 */
export async function oomTold(pod: PodHandle, container?: string): Promise<void> {
  const ended = (object: KubeObject) => containerStatus(object, container).state?.terminated
  if (!perhapsOom(ended(pod.object))) return
  await pod
    .waitFor('the kill as one for memory', (object) => !perhapsOom(ended(object)), 15_000)
    .catch((error: unknown) => {
      if (!isTimeOver(error)) throw error
    })
}

/** "OOMKilled (137)", for assertions that show what was seen instead. */
export const howItEnded = (pod: PodHandle, container?: string): string => {
  const ended = termination(pod, container)
  return ended ? `${ended.reason} (${ended.exitCode})` : 'still running'
}
