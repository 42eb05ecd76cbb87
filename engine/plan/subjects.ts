import type { Applicability, Behaviour } from '../../helpers/behaviour.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../helpers/facts/facts.ts'
import type { Claim } from '../catalog/claim.ts'
import type { RunOptions } from '../options.ts'
import { outsideVersions } from './versionRange.ts'

/** What a check is run on: a class on its home node, a node, or the cluster. */
export interface Subject {
  readonly label: string | null
  readonly classFacts: ClassFacts | undefined
  readonly nodeFacts: NodeFacts | undefined
  readonly applies: Applicability
}

/** What a plan is made from. */
export interface Expansion {
  readonly facts: ClusterFacts
  readonly options: RunOptions
  readonly nodes: readonly NodeFacts[]
  readonly homes: ReadonlyMap<string, NodeFacts>
  readonly notApplicable: { subject: string; reason: string }[]
}

/** Every subject that the check is about, with what its facts say to it. */
export function subjectsOf(claim: Claim, { on }: Behaviour, { facts, homes, options }: Expansion): Subject[] {
  const outside = outsideVersions(claim.versions, facts.kataVersion.value)
  const limited = (applies: () => Applicability): Applicability => (outside === null ? applies() : { no: outside })
  switch (on.scope) {
    case 'class':
      return facts.classes
        .filter((each) => options.classes.length === 0 || options.classes.includes(each.name))
        .map((each) => ({
          label: each.name,
          classFacts: each,
          nodeFacts: homes.get(each.name),
          applies: limited(() => withoutShim(each) ?? on.applies(each, facts)),
        }))
    case 'node':
      return facts.nodes
        .filter(
          (node) => node.kata.value !== false && (options.nodes.length === 0 || options.nodes.includes(node.name)),
        )
        .map((node) => ({
          label: node.name,
          classFacts: facts.classes.find((each) => each.nodes.includes(node.name)),
          nodeFacts: node,
          applies: limited(() => on.applies(node, facts)),
        }))
    case 'cluster': {
      const [home] = homes.values()
      return [{ label: null, classFacts: facts.classes[0], nodeFacts: home, applies: limited(() => on.applies(facts)) }]
    }
  }
}

/** The chart makes classes for shims that no node of the cluster can have: nothing is claimed about their pods. */
const withoutShim = ({ nodes, withoutShim: reason }: ClassFacts): Applicability | null =>
  nodes.length === 0 && reason !== undefined ? { no: reason } : null

/** A row of the claim's table. */
export interface Row {
  readonly id: string | null
  readonly value: unknown
  readonly gate: boolean
}

export function rowsOf(claim: Claim, { cases }: Behaviour, facts: ClusterFacts): Row[] {
  if (!cases) return [{ id: null, value: undefined, gate: claim.gate }]
  return Object.entries(typeof cases === 'function' ? cases(facts) : cases).map(([id, value]) => {
    const row = claim.cases?.find((each) => each.id === id)
    return { id, value, gate: claim.gate && row?.gate !== false }
  })
}
