import type { Applicability, CheckContext, On } from '../behaviour.ts'
import { FactUnknownError, type Facts } from '../facts/armFacts.ts'
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

type Context = Pick<CheckContext<string, unknown>, 'probes' | 'finding'> & { readonly facts: Pick<Facts, 'cluster'> }

/** Probes of the nodes that are known to have Kata; those without one are told. Throws FactUnknownError where none of them has a probe. */
export const kataProbes = (context: Context): readonly NodeProbe[] =>
  probesOn(kataNodeNames(context.facts.cluster), context, 'what the nodes with Kata have')

/** Probes of the nodes that the class can send pods to; those without one are told. Throws FactUnknownError where none of them has a probe. */
export const probesOfClass = (context: Context & { readonly facts: Pick<Facts, 'class'> }): readonly NodeProbe[] =>
  probesOn(context.facts.class.nodes, context, `what the nodes of ${context.facts.class.name} have`)

function probesOn(
  names: readonly string[],
  { probes, finding }: Pick<Context, 'probes' | 'finding'>,
  what: string,
): readonly NodeProbe[] {
  const found = probes.filter(({ node }) => names.includes(node))
  const without = names.filter((name) => !found.some(({ node }) => node === name))
  if (found.length === 0) throw new FactUnknownError(what, `${names.join(', ')} have no probe`)
  if (without.length > 0) finding(`not looked at, without a probe: ${without.join(', ')}`)
  return found
}
