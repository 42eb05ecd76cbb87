import type { KubeObject } from '../kubeObject.ts'
import { amount, type Amounts } from '../kubelet/podResources.ts'
import { nodeSpecOf, nodeStatusOf } from '../controllers/objectViews.ts'

export interface Taint {
  key: string
  value?: string
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** A node with what its pods ask for, kept up to date by additions and subtractions. */
export interface NodeInfo {
  node: KubeObject
  allocatable: Amounts
  taints: Taint[]
  readonly requested: Amounts
  pods: number
  /** hostPort/protocol -> pods that hold it. */
  readonly hostPorts: Map<string, number>
}

export function newNodeInfo(node: KubeObject): NodeInfo {
  return {
    node,
    allocatable: allocatableOf(node),
    taints: taintsOf(node),
    requested: new Map(),
    pods: 0,
    hostPorts: new Map(),
  }
}

/** True when something changed that a pod could have waited for. */
export function refreshNodeInfo(info: NodeInfo, node: KubeObject): boolean {
  const before = info.node
  info.node = node
  const same = (part: (node: KubeObject) => unknown) => JSON.stringify(part(before)) === JSON.stringify(part(node))
  if (same((one) => [one.metadata.labels, nodeSpecOf(one), nodeStatusOf(one).allocatable])) return false
  info.allocatable = allocatableOf(node)
  info.taints = taintsOf(node)
  return true
}

/** What the scheduler counts of a pod. */
export interface PodDemand {
  requests: Amounts
  hostPorts: string[]
}

export function charge(info: NodeInfo, demand: PodDemand, sign: 1 | -1): void {
  info.pods += sign
  for (const [resource, value] of demand.requests)
    info.requested.set(resource, (info.requested.get(resource) ?? 0) + sign * value)
  for (const port of demand.hostPorts) info.hostPorts.set(port, (info.hostPorts.get(port) ?? 0) + sign)
}

function allocatableOf(node: KubeObject): Amounts {
  const list = nodeStatusOf(node).allocatable ?? nodeStatusOf(node).capacity ?? {}
  return new Map(Object.entries(list).map(([resource, quantity]) => [resource, amount(resource, quantity)]))
}

function taintsOf(node: KubeObject): Taint[] {
  return ((nodeSpecOf(node).taints ?? []) as Taint[]).filter((taint) => taint.effect !== 'PreferNoSchedule')
}
