import type { KubeObject } from '../cluster/cluster.ts'
import { known, unknown, type Fact } from './fact.ts'
import { mebibytes, millicores } from './quantity.ts'

export interface NodeRequests {
  readonly requestedMillicores: Fact<number>
  readonly requestedMiB: Fact<number>
  readonly requestedPods: Fact<number>
}

/** What one pod takes of its node: all that is kept of it. */
export interface PodCost {
  readonly node: string
  readonly millicores: number
  readonly mebibytes: number
}

/** Null for a pod that takes nothing: it has no node yet, or it has ended. */
export function podCost(pod: KubeObject): PodCost | null {
  const { nodeName } = specOf(pod)
  return nodeName === undefined || isOver(pod) ? null : { node: nodeName, ...podRequests(pod) }
}

/** What the pods on each node have asked for, RuntimeClass overhead included. `costs` null: they may not be listed, `why` says so. */
export function requestsOfNodes(
  costs: readonly (PodCost | null)[] | null,
  why: string,
): (node: string) => NodeRequests {
  if (!costs)
    return () => ({ requestedMillicores: unknown(why), requestedMiB: unknown(why), requestedPods: unknown(why) })
  const sums = new Map<string, { millicores: number; mebibytes: number; pods: number }>()
  for (const cost of costs) {
    if (cost === null) continue
    const sum = sums.get(cost.node) ?? { millicores: 0, mebibytes: 0, pods: 0 }
    sum.millicores += cost.millicores
    sum.mebibytes += cost.mebibytes
    sum.pods += 1
    sums.set(cost.node, sum)
  }
  return (node) => {
    const { millicores, mebibytes, pods } = sums.get(node) ?? { millicores: 0, mebibytes: 0, pods: 0 }
    const how = `requests and overhead of ${pods} pods`
    return {
      requestedMillicores: known(millicores, how),
      requestedMiB: known(Math.ceil(mebibytes), how),
      requestedPods: known(pods, 'pods that have not ended'),
    }
  }
}

interface Container {
  resources?: { requests?: Record<string, string> }
  restartPolicy?: string
}

interface PodSpec {
  nodeName?: string
  containers?: Container[]
  initContainers?: Container[]
  overhead?: Record<string, string>
}

const specOf = (pod: KubeObject): PodSpec => pod['spec'] ?? {}

const isOver = (pod: KubeObject): boolean =>
  ['Succeeded', 'Failed'].includes((pod['status'] as { phase?: string } | undefined)?.phase ?? '')

/**
 * As the scheduler counts: containers and sidecars together, or the largest init container with the sidecars before it,
 * whichever is more, and the overhead. Source: kubernetes component-helpers/resource, PodRequests.
 */
export function podRequests(pod: KubeObject): { millicores: number; mebibytes: number } {
  const spec = specOf(pod)
  const total = (read: (text: string) => number, key: string): number => {
    const of = (container: Container): number => read(container.resources?.requests?.[key] ?? '0')
    let sidecars = 0
    let largestInit = 0
    for (const container of spec.initContainers ?? []) {
      if (container.restartPolicy === 'Always') sidecars += of(container)
      largestInit = Math.max(largestInit, sidecars + (container.restartPolicy === 'Always' ? 0 : of(container)))
    }
    const containers = (spec.containers ?? []).reduce((sum, each) => sum + of(each), 0)
    return Math.max(containers + sidecars, largestInit) + read(spec.overhead?.[key] ?? '0')
  }
  return { millicores: total(millicores, 'cpu'), mebibytes: total(mebibytes, 'memory') }
}
