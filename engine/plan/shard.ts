import type { Arm } from './arm.ts'

/** One part of a run: `index` 1 to `count`. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** What names of this run's objects carry: the run's id, and in a shard its number, so that shards never meet. */
export const scopeOf = (runId: string, shard: Shard | null): string =>
  shard === null ? runId : `${runId}-s${shard.index}`

export interface Allotment {
  /** Numbers of the shards by arm id. */
  readonly shardOf: ReadonlyMap<string, number>
  /** The shards of each node: one, or several that share its budget. The first of them runs the exclusive arms. */
  readonly shardsOn: ReadonlyMap<string, readonly number[]>
}

/**
 * Deals a plan out to shards. A shard owns whole nodes, by number of arms: so pods that arms share, the budget of a node and arms that want it for
 * themselves stay in one process. Only where shards outnumber nodes do several have one node; they split its behaviours in contiguous
 * runs. Pure, and the same for every shard that sees the same plan.
 */
export function allot(arms: readonly Arm[], count: number): Allotment {
  const byNode = groupBy(arms, ({ planned }) => planned.node ?? '')
  const shardOf = new Map<string, number>()
  // What is decided without a node costs nothing.
  for (const { planned } of byNode.get('') ?? []) shardOf.set(planned.id, 1)
  byNode.delete('')
  const shardsOn = count <= byNode.size ? wholeNodes(byNode, count) : splitNodes(byNode, count)
  for (const [node, shards] of shardsOn) {
    for (const [id, shard] of splitBehaviours(byNode.get(node) ?? [], shards)) shardOf.set(id, shard)
  }
  return { shardOf, shardsOn }
}

/** The node with most arms first, each to the shard that has fewest until then. */
function wholeNodes(byNode: ReadonlyMap<string, readonly Arm[]>, count: number): Map<string, readonly number[]> {
  const load = Array.from({ length: count }, () => 0)
  const largestFirst = [...byNode].sort(([a, here], [b, there]) => there.length - here.length || compare(a, b))
  return new Map(
    largestFirst.map(([node, arms]) => {
      const least = load.indexOf(Math.min(...load))
      load[least] = (load[least] ?? 0) + arms.length
      return [node, [least + 1]]
    }),
  )
}

/** One shard for each node, then one more for the node with most arms a shard, as long as it has behaviours to give. */
function splitNodes(byNode: ReadonlyMap<string, readonly Arm[]>, count: number): Map<string, readonly number[]> {
  const nodes = [...byNode]
    .sort(([a], [b]) => compare(a, b))
    .map(([node, arms]) => ({ node, arms: arms.length, behaviours: groupBy(arms, behaviourOf).size, shards: 1 }))
  for (let left = count - nodes.length; left > 0; left--) {
    const [fullest] = nodes
      .filter(({ behaviours, shards }) => shards < behaviours)
      .sort((a, b) => b.arms / b.shards - a.arms / a.shards)
    if (!fullest) break
    fullest.shards += 1
  }
  let next = 1
  return new Map(
    nodes.map(({ node, shards }) => {
      const numbers = Array.from({ length: shards }, (_, index) => next + index)
      next += shards
      return [node, numbers]
    }),
  )
}

/** A behaviour's arms stay together: its control decides about its checks. */
function splitBehaviours(arms: readonly Arm[], shards: readonly number[]): [string, number][] {
  const first = shards[0] ?? 1
  const alone = arms.filter(isExclusive)
  const behaviours = groupBy(
    arms.filter((arm) => !isExclusive(arm)),
    behaviourOf,
  )
  const total = arms.length - alone.length
  let before = 0
  const dealt = [...behaviours.values()].flatMap((group) => {
    const middle = before + group.length / 2
    before += group.length
    const shard = shards[Math.floor((middle * shards.length) / total)] ?? first
    return group.map(({ planned }): [string, number] => [planned.id, shard])
  })
  return [...dealt, ...alone.map(({ planned }): [string, number] => [planned.id, first])]
}

export const isExclusive = ({ definition }: Arm): boolean => definition.exclusive === true

const behaviourOf = ({ planned }: Arm): string => planned.behaviour

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function groupBy(arms: readonly Arm[], key: (arm: Arm) => string): Map<string, Arm[]> {
  const groups = new Map<string, Arm[]>()
  for (const arm of arms) groups.set(key(arm), [...(groups.get(key(arm)) ?? []), arm])
  return groups
}
