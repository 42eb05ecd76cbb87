import type { KubeObject } from '../cluster/cluster.ts'
import { known, unknown, type Fact } from './fact.ts'
import { mebibytes, millicores } from './quantity.ts'

export interface NodeRequests {
  readonly requestedMillicores: Fact<number>
  readonly requestedMiB: Fact<number>
  readonly requestedPods: Fact<number>
}

/** What the pods on a node have asked for, RuntimeClass overhead included. `pods` null: they may not be listed, `why` says so. */
export function nodeRequests(node: string, pods: readonly KubeObject[] | null, why: string): NodeRequests {
  if (!pods) return { requestedMillicores: unknown(why), requestedMiB: unknown(why), requestedPods: unknown(why) }
  const here = pods.filter((pod) => specOf(pod).nodeName === node && !isOver(pod))
  const costs = here.map(podRequests)
  const how = `requests and overhead of ${here.length} pods`
  return {
    requestedMillicores: known(
      costs.reduce((sum, each) => sum + each.millicores, 0),
      how,
    ),
    requestedMiB: known(Math.ceil(costs.reduce((sum, each) => sum + each.mebibytes, 0)), how),
    requestedPods: known(here.length, 'pods that have not ended'),
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
