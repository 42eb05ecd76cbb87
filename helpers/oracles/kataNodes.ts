import type { Applicability, On } from '../behaviour.ts'
import { FactUnknownError } from '../facts/armFacts.ts'
import type { ClusterFacts } from '../facts/facts.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { cluster } from './applicability.ts'

/** Nodes that are known to have Kata. */
export const kataNodeNames = ({ nodes }: ClusterFacts): readonly string[] =>
  nodes.filter(({ kata }) => kata.value === true).map(({ name }) => name)

export const someKataNode = (facts: ClusterFacts): Applicability =>
  kataNodeNames(facts).length > 0 ? true : { no: 'no node is known to have Kata' }

/** The cluster as a whole, where some node has Kata. */
export const withKataNodes: On = cluster(someKataNode)

/** Probes of the nodes that are known to have Kata. Throws FactUnknownError where none of them has a probe. */
export function kataProbes(probes: readonly NodeProbe[], facts: ClusterFacts): readonly NodeProbe[] {
  const names = kataNodeNames(facts)
  const found = probes.filter(({ node }) => names.includes(node))
  if (found.length === 0)
    throw new FactUnknownError('what the nodes with Kata have', `${names.join(', ')} have no probe`)
  return found
}
