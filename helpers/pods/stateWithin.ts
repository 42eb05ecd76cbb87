import type { KubeObject } from '../cluster/cluster.ts'
import { isTimeOver } from '../cluster/waitError.ts'
import type { PodHandle } from './podHandle.ts'

/**
 * The pod once it is so, or as it is when the time is over: a state that does not come is an observation.
 * @param withinMs ms
 * @throws WaitError when the cluster did not answer meanwhile, or the pod was deleted
 */
export async function stateWithin(
  pod: PodHandle,
  what: string,
  until: (now: KubeObject) => boolean,
  withinMs: number,
): Promise<KubeObject> {
  try {
    return await pod.waitFor(what, until, withinMs)
  } catch (error) {
    if (isTimeOver(error) && error.object) return error.object
    throw error
  }
}
