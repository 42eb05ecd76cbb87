import { hasHardware } from '../../helpers/oracles/confidentialClass.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../helpers/facts/facts.ts'

/** Kata nodes that arms are run on: schedulable, chosen by the operator, and KVM not known to be unusable. */
export function testedNodes(facts: ClusterFacts, chosen: readonly string[]): NodeFacts[] {
  return facts.nodes.filter(
    (node) =>
      (chosen.length === 0 || chosen.includes(node.name)) &&
      node.kata.value !== false &&
      node.schedulable.value !== false &&
      node.kvmUsable.value !== false,
  )
}

/**
 * Spreads classes over the tested nodes, a class on one node: its pods can be shared there, and its relations
 * (same node, same kernel or not) hold by construction. A class for a TEE has its home where the hardware is.
 */
export function homeNodes(facts: ClusterFacts, nodes: readonly NodeFacts[]): Map<string, NodeFacts> {
  const homes = new Map<string, NodeFacts>()
  facts.classes.forEach((each: ClassFacts, index) => {
    const candidates = nodes.filter((node) => each.nodes.includes(node.name))
    const withHardware = candidates.filter((node) => hasHardware(each, node) === true)
    const eligible = withHardware.length > 0 ? withHardware : candidates
    const home = eligible[index % Math.max(1, eligible.length)]
    if (home) homes.set(each.name, home)
  })
  return homes
}
