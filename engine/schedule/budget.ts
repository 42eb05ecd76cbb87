import type { NodeFacts } from '../../helpers/facts/facts.ts'

/** What pods ask of a node: requests and RuntimeClass overhead together. */
export interface Cost {
  readonly millicores: number
  readonly mib: number
  readonly pods: number
}

export const noCost: Cost = { millicores: 0, mib: 0, pods: 0 }

export const addCost = (a: Cost, b: Cost): Cost => ({
  millicores: a.millicores + b.millicores,
  mib: a.mib + b.mib,
  pods: a.pods + b.pods,
})

/**
 * Room of one node for the suite: allocatable minus what is requested already, so that the scheduler never has to
 * refuse a pod of ours and nobody else's pod is crowded out.
 */
export class NodeBudget {
  readonly node: string
  readonly total: Cost
  #used: Cost = noCost

  constructor(node: string, total: Cost) {
    this.node = node
    this.total = total
  }

  get used(): Cost {
    return this.#used
  }

  fits(cost: Cost): boolean {
    return (
      this.#used.millicores + cost.millicores <= this.total.millicores &&
      this.#used.mib + cost.mib <= this.total.mib &&
      this.#used.pods + cost.pods <= this.total.pods
    )
  }

  /** True when the cost would not fit even an empty node. */
  never(cost: Cost): boolean {
    return cost.millicores > this.total.millicores || cost.mib > this.total.mib || cost.pods > this.total.pods
  }

  take(cost: Cost): void {
    this.#used = addCost(this.#used, cost)
  }

  give(cost: Cost): void {
    this.#used = addCost(this.#used, { millicores: -cost.millicores, mib: -cost.mib, pods: -cost.pods })
  }
}

/** @param sharers how many shards have the node: each has its part of the room */
export function budgetOf(node: NodeFacts, maxPods: number, sharers = 1): NodeBudget {
  const room = (allocatable: number | null, requested: number | null) =>
    Math.floor(Math.max(0, (allocatable ?? 0) - (requested ?? 0)) / sharers)
  return new NodeBudget(node.name, {
    millicores: room(node.allocatableMillicores.value, node.requestedMillicores.value),
    mib: room(node.allocatableMiB.value, node.requestedMiB.value),
    pods: Math.min(Math.ceil(maxPods / sharers), room(node.allocatablePods.value, node.requestedPods.value)),
  })
}
