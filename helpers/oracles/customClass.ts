import type { ClassFacts, ClusterFacts, ShimFamily } from '../facts/facts.ts'
import { knownShims, shimOfHandler } from '../facts/kataShims.ts'
import type { ClassCondition } from './applicability.ts'

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
