import type { NodeFacts } from '../facts/facts.ts'

/** Sandboxes at once. Upstream's test starts 20 (tests/metrics/density/memory_usage.sh, Kata 3.28). */
export const densitySteps = [1, 2, 4, 8, 16] as const

/** What nobody takes from a node: kubelets evict pods long after it is reached. */
const keptShare = 0.2

/** Of what the scheduler may give away, for pods of the suite that came since the facts were read. */
const usableShare = 0.9

/** What the scheduler counts for one pod, overhead included. */
export interface PodCost {
  readonly millicores: number
  readonly mebibytes: number
}

/** How many more such pods the scheduler would let on the node; Infinity where the facts do not say. */
export function roomFor(
  node: Pick<
    NodeFacts,
    | 'allocatableMillicores'
    | 'allocatableMiB'
    | 'allocatablePods'
    | 'requestedMillicores'
    | 'requestedMiB'
    | 'requestedPods'
  >,
  { millicores, mebibytes }: PodCost,
): number {
  const room = (allocatable: number | null, requested: number | null, cost: number): number =>
    allocatable === null || requested === null || cost === 0
      ? Infinity
      : Math.max(0, Math.floor((usableShare * allocatable - requested) / cost))
  return Math.min(
    room(node.allocatableMillicores.value, node.requestedMillicores.value, millicores),
    room(node.allocatableMiB.value, node.requestedMiB.value, mebibytes),
    room(node.allocatablePods.value, node.requestedPods.value, 1),
  )
}

/** Of the node, MiB. */
export interface NodeMemory {
  readonly total: number
  readonly available: number
}

/**
 * Why no further sandboxes are started on the node; null when they may be.
 * @param more how many
 * @param eachMiB what one took so far
 */
export function whyStop(
  more: number,
  { eachMiB, memory, room }: { readonly eachMiB: number; readonly memory: NodeMemory; readonly room: number },
): string | null {
  if (more > room) return `the node has room for ${room} more by their requests and overhead`
  const left = memory.available - more * eachMiB
  if (left >= keptShare * memory.total) return null
  return `${Math.round(left)} of ${Math.round(memory.total)} MiB would be left to the node`
}
