import type { CheckContext, FigureAsked } from '../behaviour.ts'
import type { ClusterFacts } from '../facts/facts.ts'
import { bootId } from '../guest/bootId.ts'
import { expectOwnKernel } from '../guest/inVirtualMachine.ts'
import type { Pod } from '../pods/podBuilder.ts'
import type { PodHandle } from '../pods/podHandle.ts'
import { agree, type Clocks, compareClocks } from './clocks.ts'
import { busyShare, quietShare } from './quietNode.ts'

/** Blocks that count: a paired permutation test on eight block means can tell 1 in 128. */
export const neededBlocks = 8
const mostBlocks = 12

/** One of those that are measured in turn: a RuntimeClass, or the default runtime. */
export interface Side {
  /** Ends the metric's name: '' of the class under test. */
  readonly suffix: string
  readonly runtimeClass: string | undefined
}

/** What one side's pod showed. */
export interface Reading {
  readonly metric: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly method: string
  readonly documented?: number | null
  readonly value: number
}

interface Taken {
  readonly figure: FigureAsked
  readonly block: number
  readonly at: Date
  readonly value: number
  readonly invalid: string | null
}

interface Evidence {
  readonly runtimeClass: string
  readonly guest: string
  readonly node: string
  readonly clocks: Clocks
}

export interface Measured {
  readonly taken: readonly Taken[]
  readonly valid: number
  /** Of every fresh pod of a RuntimeClass. */
  readonly evidence: readonly Evidence[]
}

type Context = Pick<CheckContext<string, unknown>, 'createPod' | 'api' | 'facts'>

/** How one kind of figure is measured. */
export interface Method<S extends Side> {
  readonly sides: readonly S[]
  readonly pod: (runtimeClass: string | undefined) => Pod
  /** @param startSeconds from the request to create it until the watch saw it Ready, by this machine's monotonic clock */
  readonly measure: (pod: PodHandle, side: S, startSeconds: number) => Promise<readonly Reading[]>
}

/**
 * Measures in blocks: each a look whether the node is quiet, then every side in random order, each in a fresh sandbox that nothing else has seen. The first
 * turn warms images and caches and does not count; nor does a block on a busy node, which another one replaces. In a pod of a RuntimeClass
 * that is in no VM nothing is measured, and nothing after it. Throws when too few blocks count, or no sample of a figure does: the node or the method, and not what was measured, kept us
 * from knowing.
 */
export async function inBlocks<S extends Side>(
  context: Context,
  watcher: PodHandle,
  { sides, pod, measure }: Method<S>,
): Promise<Measured> {
  const taken: Taken[] = []
  const evidence: Evidence[] = []
  let valid = 0
  for (let block = 0; valid < neededBlocks && block <= mostBlocks; block += 1) {
    const busy = await busyShare(watcher)
    const invalid = block === 0 ? 'warm-up' : busy > quietShare ? 'node-busy' : null
    for (const side of shuffled(sides)) {
      const asked = performance.now()
      const fresh = await context.createPod(pod(side.runtimeClass).unshared())
      const startSeconds = (performance.now() - asked) / 1000
      const at = new Date()
      if (side.runtimeClass !== undefined) {
        const [guest, node] = await Promise.all([bootId(fresh), context.api.bootId(fresh.node)])
        evidence.push({ runtimeClass: side.runtimeClass, guest, node, clocks: await compareClocks(fresh, watcher) })
        // Before it is measured: what a measurement does to its guest (drop_caches) it would do to the node.
        if (guest === node) {
          await fresh.delete()
          return { taken, valid, evidence }
        }
      }
      for (const { value, metric, documented = null, ...head } of await measure(fresh, side, startSeconds)) {
        const figure = { ...head, metric: `${metric}${side.suffix}`, documented }
        taken.push({ figure, block, at, value, invalid: value > 0 ? invalid : 'not-positive' })
      }
      await fresh.delete()
    }
    if (invalid === null) valid += 1
  }
  if (valid < neededBlocks) {
    throw new Error(
      `only ${valid} of ${mostBlocks} blocks count, ${neededBlocks} are needed: in the others more than ${quietShare * 100} % of the node's CPUs were busy`,
    )
  }
  for (const { figure } of taken) requireSamples(figure, taken)
  return { taken, valid, evidence }
}

function requireSamples({ metric, method }: FigureAsked, taken: readonly Taken[]): void {
  const own = taken.filter(({ figure }) => figure.metric === metric)
  if (own.some(({ invalid }) => invalid === null)) return
  const rules = [...new Set(own.map(({ invalid }) => invalid))].join(', ')
  throw new Error(`none of ${own.length} samples of ${metric} counts (${rules}); method: ${method}`)
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = items.map((item) => ({ item, at: Math.random() }))
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

/**
 * Writes down what was measured, and asserts what makes it worth something: every pod of a RuntimeClass was in a VM, and its clock agreed with the node's.
 * The figures themselves are recorded, never passed or failed.
 */
export function recordBlocks(
  { sample, expect, finding }: Pick<CheckContext<string, unknown>, 'sample' | 'expect' | 'finding'>,
  { taken, evidence }: Measured,
): void {
  for (const { figure, ...reading } of taken) sample(figure, reading)
  for (const { guest, node } of evidence) expectOwnKernel(expect, "boot_id of the pod beside the node's", guest, node)
  for (const runtimeClass of new Set(evidence.map((each) => each.runtimeClass))) {
    // Delays only add to the node's span: the smallest tells the clocks.
    const [least] = evidence
      .filter((each) => each.runtimeClass === runtimeClass)
      .map(({ clocks }) => clocks)
      .sort((a, b) => a.node / a.guest - b.node / b.guest)
    const said =
      least === undefined || agree(least)
        ? 'agree'
        : `${least.guest.toFixed(1)} s in the guest, ${least.node.toFixed(1)} s on the node`
    expect(said, `clocks of guest and node, by which figures of ${runtimeClass} are measured`).to.equal('agree')
  }
  for (const name of [...new Set(taken.map(({ figure }) => figure.metric))]) finding(`${name}: ${summary(taken, name)}`)
}

/** Median of the samples that count, with the guide's figure. */
function summary(taken: readonly Taken[], metric: string): string {
  const own = taken.filter(({ figure, invalid }) => figure.metric === metric && invalid === null)
  const { unit = '', documented = null } = own[0]?.figure ?? {}
  const guide = documented === null ? '' : `; the guide has ${documented} ${unit}`
  return `median ${medianOf(taken, metric).toPrecision(3)} ${unit} of ${own.length}${guide}`
}

/** Median of the samples of a metric that count. */
export function medianOf(taken: readonly Taken[], metric: string): number {
  const values = taken
    .filter(({ figure, invalid }) => figure.metric === metric && invalid === null)
    .map(({ value }) => value)
  const sorted = values.sort((a, b) => a - b)
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN) +
      (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN)) /
    2
  )
}

const kept = new WeakMap<ClusterFacts, Map<string, { by: Set<string>; measured: Promise<Measured> }>>()

/**
 * Several claims speak of the same figures: they are measured once in a run and class, for the first claim that needs them, and again when a claim is tried
 * once more.
 * @param by the claim
 */
export function measuredOnce(
  facts: ClusterFacts,
  what: string,
  by: string,
  measure: () => Promise<Measured>,
): Promise<Measured> {
  const all = kept.get(facts) ?? new Map<string, { by: Set<string>; measured: Promise<Measured> }>()
  kept.set(facts, all)
  const known = all.get(what)
  if (known && !known.by.has(by)) {
    known.by.add(by)
    return known.measured
  }
  const measured = measure()
  all.set(what, { by: new Set([by]), measured })
  measured.catch(() => all.delete(what))
  return measured
}
