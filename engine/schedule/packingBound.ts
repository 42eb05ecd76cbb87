import type { Cost } from './budget.ts'

/** What a pod took of its node, and for how long the run needed it. */
export interface PodLife {
  readonly cost: Cost
  readonly ms: number
}

/** Pods of more than a twentieth of a node: with smaller ones hardly any room is left over. */
const MOST_TO_A_NODE = 20

/**
 * The least wall time, ms, in which nodes could have carried pods: the tightest of CPU, memory and number of pods. A pod of a bit more than an eighth of a
 * node counts as a seventh of it, since no more than seven fit: dual feasible functions u(k) of Fekete and Schepers (New classes of fast lower bounds for
 * bin packing problems, 2001).
 * @param rooms of the nodes that carried them
 */
export function packingBound(rooms: readonly Cost[], lives: readonly PodLife[]): number {
  const bound = (amount: (cost: Cost) => number): number => {
    const total = rooms.reduce((sum, room) => sum + amount(room), 0)
    const largest = Math.max(0, ...rooms.map(amount))
    if (total <= 0) return 0
    const bySize = lives.reduce((sum, { cost, ms }) => sum + amount(cost) * ms, 0) / total
    const byCount = Array.from({ length: MOST_TO_A_NODE }, (_, index) => {
      const share = (cost: Cost): number => countedShare(amount(cost), largest, index + 1)
      return lives.reduce((sum, { cost, ms }) => sum + share(cost) * ms, 0) / rooms.length
    })
    return Math.max(bySize, ...byCount)
  }
  return Math.max(
    bound(({ millicores }) => millicores),
    bound(({ mib }) => mib),
    bound(({ pods }) => pods),
  )
}

/** u(k) of amount/room: shares whose sum is at most 1 for whatever fits into the room together. */
function countedShare(amount: number, room: number, k: number): number {
  const times = ((k + 1) * amount) / room
  return Number.isInteger(times) ? amount / room : Math.floor(times) / k
}
