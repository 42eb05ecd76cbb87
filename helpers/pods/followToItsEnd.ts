import type { CallOptions, Cluster, KubeObject } from '../cluster/cluster.ts'
import { WaitError } from '../cluster/waitError.ts'
import { PodLost } from './podLost.ts'
import { statusOf } from './podStatus.ts'

interface Target {
  apiVersion: string
  kind: string
  namespace: string
  name: string
  uid: string
}

/** The kubelet tells the end of a container a moment after its log has ended, ms. */
const toldWithinMs = 15_000

/**
 * The log of a container as it grows, up to the container's end. The API server ends a log in order also when its connection to the kubelet
 * breaks (k8s.io/apiserver, responsewriters.StreamObject): that must not pass for a container that says no more.
 *
 * @throws PodLost when the log ends and the container runs on
 */
export async function* followToItsEnd(
  cluster: Cluster,
  pod: Target,
  options: CallOptions & { container: string },
): AsyncGenerator<string, void, undefined> {
  const { container, signal } = options
  const wait = { ...(signal ? { signal } : {}), timeoutMs: toldWithinMs }
  const idOf = (object: KubeObject): string | null => runningId(object, container)
  const atFirst = idOf(await cluster.waitFor(pod, () => true, { ...wait, what: 'any state' }))
  yield* cluster.followLogs(pod, options)
  if (signal?.aborted || atFirst === null) return
  try {
    await cluster.waitFor(pod, (now) => idOf(now) !== atFirst, { ...wait, what: `the end of container ${container}` })
  } catch (error) {
    if (error instanceof WaitError && error.end === 'deleted') return
    if (!(error instanceof WaitError)) throw error
    throw new PodLost(
      `the log of container ${container} in ${pod.namespace}/${pod.name} ended, and the container runs on: the connection to its node broke`,
    )
  }
}

/** Id of the container while it runs, null otherwise. */
function runningId(pod: KubeObject, name: string): string | null {
  const status = statusOf(pod).containerStatuses?.find((each) => each.name === name)
  return status?.state?.running ? (status.containerID ?? '') : null
}
