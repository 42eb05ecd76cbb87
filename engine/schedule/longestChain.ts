/** An arm as it ran. */
export interface TriedArm {
  readonly node: string | null
  /** It had its node for itself. */
  readonly exclusive: boolean
  readonly ms: number
}

/**
 * The least wall time, ms, in which arms can follow each other, however much room nodes have: exclusive arms of a node come one after the other, and before or
 * after the longest one of those that share it.
 */
export function longestChainMs(arms: readonly TriedArm[]): number {
  const nodes = new Map<string | null, { alone: number; longest: number }>()
  for (const { node, exclusive, ms } of arms) {
    const { alone, longest } = nodes.get(node) ?? { alone: 0, longest: 0 }
    nodes.set(node, exclusive ? { alone: alone + ms, longest } : { alone, longest: Math.max(longest, ms) })
  }
  return Math.max(0, ...[...nodes.values()].map(({ alone, longest }) => alone + longest))
}
