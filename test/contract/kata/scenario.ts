import type { KubeObject } from '../../../sim/kubeObject.ts'
import { restartsOf, statusOf } from '../../simulator/kubelet/seen.ts'
import { PODS, ready, type TestNode } from '../../simulator/kubelet/testNode.ts'

/** One recorded pod, and what happens to it. */
export interface Scenario {
  title: string
  recording: string
  pod: string
  before?: (node: TestNode) => void
  /** What happens to the pod's containers, up to its deletion. */
  story: (node: TestNode, name: string) => Promise<void>
  /** States that a kubelet may show or pass over: the recorded one showed them, or did not. */
  passedOver?: number[]
  /** States that this kubelet shows and the recorded one passed over. */
  shown?: number[]
}

/** Whether a container is in that state. */
export const state =
  (kind: string, container = 'main') =>
  (pod: KubeObject) =>
    stateOf(pod, container)?.[kind] !== undefined
function stateOf(pod: KubeObject, container: string): Record<string, { reason?: string }> | undefined {
  const all = [...(statusOf(pod).initContainerStatuses ?? []), ...(statusOf(pod).containerStatuses ?? [])]
  return all.find(({ name }) => name === container)?.state
}
export const restarted = (count: number) => (pod: KubeObject) => ready(pod) && restartsOf(pod) === count
export const waitingFor = (reason: string) => (pod: KubeObject) => stateOf(pod, 'main')?.['waiting']?.reason === reason
/** Id of the newest container of that name. */
export const newest = (node: TestNode, container = 'main') => node.runtime.ids(container).at(-1)!

export async function remove(node: TestNode, name: string): Promise<void> {
  await node.api.delete(`${PODS}/${name}`)
  await node.api.untilGone(`${PODS}/${name}`)
}
