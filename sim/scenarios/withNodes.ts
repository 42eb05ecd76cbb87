import type { Scenario } from './scenario.ts'

/** The scenario with so many nodes: its first ones, or further ones after their pattern (kata-1, kata-2, kata-1-2, kata-2-2 …). */
export function withNodes(scenario: Scenario, count: number): Scenario {
  const pattern = scenario.nodes
  const nodes = Array.from({ length: count }, (_, index) => {
    const node = pattern[index % pattern.length]!
    const round = Math.floor(index / pattern.length) + 1
    return round === 1 ? node : { ...node, name: `${node.name}-${round}` }
  })
  return { ...scenario, nodes }
}
