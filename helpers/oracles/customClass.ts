import { FactUnknownError } from '../facts/armFacts.ts'
import type { ClassFacts, ClusterFacts, ShimFamily } from '../facts/facts.ts'
import { knownShims, shimOfHandler } from '../facts/kataShims.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import type { ClassCondition } from './applicability.ts'
import { kataProbes } from './kataNodes.ts'

/** The handler is none of kata-deploy's own shims: customRuntimes of the chart made it. */
export const isCustom = ({ handler }: ClassFacts): boolean =>
  handler.value !== null && shimOfHandler(handler.value) === null

/** A class of the chart's customRuntimes. */
export const custom: ClassCondition = (facts) => {
  if (facts.handler.value === null) return { unknown: `handler is unknown: ${facts.handler.how}` }
  return isCustom(facts) ? true : { no: `${facts.handler.value} is one of kata-deploy's own shims` }
}

/** A shim's own class, where another class is made of the same shim and VMM with other settings. */
export const baseOfACustomClass: ClassCondition = (facts, cluster) => {
  if (isCustom(facts) || facts.name === 'kata') return { no: 'it is no class of a shim itself' }
  return customClassesOf(facts, cluster).length > 0 ? true : { no: 'no custom runtime has the same shim and VMM' }
}

export const customClassesOf = (of: ClassFacts, { classes }: ClusterFacts): readonly ClassFacts[] =>
  classes.filter(
    (each) => isCustom(each) && each.shim.value === of.shim.value && each.hypervisor.value === of.hypervisor.value,
  )

/** Go or Rust: which of the two shims serves a base of customRuntimes. Null for a name that is no shim. */
export const familyOfBase = (base: string): ShimFamily | null =>
  knownShims.find(({ shim }) => shim === base)?.family ?? null

/**
 * Probes of the nodes that have the drop-ins of a custom runtime: all with Kata whose architecture its base is for. A cordon or a taint keeps pods of the
 * class off a node, and not its drop-ins. Throws FactUnknownError where there are no two to compare.
 */
export function probesOfBase(base: string, context: Parameters<typeof kataProbes>[0]): readonly NodeProbe[] {
  const facts = context.facts.cluster
  const architectures = knownShims.find(({ shim }) => shim === base)?.architectures(facts.kataVersion.value)
  const found = kataProbes(context).filter(({ node }) => {
    const architecture = facts.nodes.find(({ name }) => name === node)?.architecture.value ?? null
    return architecture === null || (architectures?.includes(architecture) ?? true)
  })
  if (found.length < 2)
    throw new FactUnknownError(
      'whether nodes have equal drop-ins',
      `${found.length === 0 ? 'no node' : `only ${found[0]?.node}`} has Kata, its base ${base} and a probe`,
    )
  return found
}
