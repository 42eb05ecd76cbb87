import type { KubeObject } from '../cluster/cluster.ts'
import { millicores, mebibytes } from '../facts/quantity.ts'
import { statusOf } from '../pods/podStatus.ts'

/** What the kubelet says of the resize of a running container. */
export interface ResizeState {
  /** Limits that it runs with; null where the kubelet does not say. */
  readonly limits: { readonly cpu: number; readonly memoryMiB: number } | null
  /** Reason and message of PodResizePending: the node does not take it, or not yet. */
  readonly pending: string | null
  /** Reason and message of PodResizeInProgress; '' where it is under way and has none. */
  readonly inProgress: string | null
}

interface Resources {
  readonly limits?: { readonly cpu?: string; readonly memory?: string }
}

/** From the pod's conditions and status.containerStatuses[].resources (KEP-1287). CPU in millicores. */
export function resizeState(pod: KubeObject, container: string): ResizeState {
  const { conditions = [], containerStatuses = [] } = statusOf(pod)
  const { resources } = (containerStatuses.find(({ name }) => name === container) ?? {}) as { resources?: Resources }
  const { cpu, memory } = resources?.limits ?? {}
  const said = (type: string): string | null => {
    const condition = conditions.find((each) => each.type === type && each.status === 'True')
    return condition ? [condition.reason, condition.message].filter((text) => text).join(': ') : null
  }
  return {
    limits: cpu && memory ? { cpu: millicores(cpu), memoryMiB: mebibytes(memory) } : null,
    pending: said('PodResizePending'),
    inProgress: said('PodResizeInProgress'),
  }
}
