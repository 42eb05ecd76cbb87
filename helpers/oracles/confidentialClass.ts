import type { ClassFacts, NodeFacts } from '../facts/facts.ts'
import { shimOfHandler } from '../facts/kataShims.ts'
import { type Tee, tees } from '../facts/tee.ts'
import type { ClassCondition } from './applicability.ts'
import { isNydus } from './imageSnapshotter.ts'

type OfShim = Partial<Pick<ClassFacts, 'handler'>>

/** The shim that serves a class, by its handler; null for custom runtimes. */
const shimOf = ({ handler }: OfShim): string | null => shimOfHandler(handler?.value ?? '')?.shim ?? null

/** The hardware that guests of a class are for: kata-deploy's shims qemu-tdx, qemu-snp, qemu-se, qemu-cca, each also of runtime-rs and for GPUs. */
export function teeOf(facts: OfShim): Tee | null {
  const parts = shimOf(facts)?.split('-') ?? []
  return tees.find((tee) => parts.includes(tee)) ?? null
}

/** qemu-coco-dev: what confidential guests are made of, without their hardware. */
export const isCocoDev = (facts: OfShim): boolean => shimOf(facts)?.includes('coco-dev') ?? false

/** Whether a node has the hardware of a class; null where that is not known. Classes without a TEE need none. */
export function hasHardware(facts: OfShim, node: Pick<NodeFacts, 'tee'>): boolean | null {
  const wanted = teeOf(facts)
  if (wanted === null) return true
  return node.tee?.value?.includes(wanted) ?? null
}

/** Classes for confidential guests that a node can have, and whose images it can unpack. */
export const confidentialOn = (node: NodeFacts, classes: readonly ClassFacts[]): readonly ClassFacts[] =>
  classes.filter((facts) => {
    const confidential = teeOf(facts) !== null || isCocoDev(facts)
    return confidential && facts.nodes.includes(node.name) && node.snapshotters?.value?.some(isNydus) === true
  })

/** Some node of the class has the hardware that its guests are for. */
export const runnableHere: ClassCondition = (facts, { nodes }) => {
  const wanted = teeOf(facts)
  if (wanted === null) return true
  const there = nodes.filter(({ name }) => facts.nodes.includes(name))
  if (there.some((node) => hasHardware(facts, node) === true)) return true
  const how = there.map(({ name, tee }) => `${name}: ${tee?.how ?? 'not looked for'}`).join('; ')
  return there.some((node) => hasHardware(facts, node) === null)
    ? { unknown: `whether a node has ${wanted} is not known: ${how}` }
    : { no: `no node has ${wanted}: ${how}` }
}

/** A TEE or CoCo class of kata-deploy. */
export const confidentialClass: ClassCondition = (facts) =>
  teeOf(facts) !== null || isCocoDev(facts) ? true : { no: `${facts.name} is not for confidential guests` }
