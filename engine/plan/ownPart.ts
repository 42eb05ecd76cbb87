import { planHash } from '../../reports/record/shard.ts'
import { namespaceName } from '../cluster/namespaces.ts'
import type { Journal } from '../journal/journal.ts'
import type { RunOptions } from '../options.ts'
import type { Arm } from './arm.ts'
import type { Plan } from './plan.ts'
import { allot, type Allotment, type Shard } from './shard.ts'

/** The arms of the plan that are this process's. The journal of a shard says of what it is a part. */
export function ownPart(
  { arms }: Plan,
  shard: Shard | null,
  journal: Pick<Journal, 'write'>,
): { readonly arms: readonly Arm[]; readonly allotment: Allotment | null } {
  if (shard === null) return { arms, allotment: null }
  const planned = arms.map((arm) => arm.planned)
  journal.write({ event: 'shard', ...shard, planHash: planHash(planned), planned: planned.map(({ id }) => id) })
  const allotment = allot(arms, shard.count)
  return { arms: arms.filter((arm) => allotment.shardOf.get(arm.planned.id) === shard.index), allotment }
}

/** Namespaces of the shards that have a node together with this one, in their order. */
export function sharers(allotment: Allotment | null, { runId, shard }: Pick<RunOptions, 'runId' | 'shard'>): string[] {
  if (shard === null || allotment === null) return []
  const together = [...allotment.shardsOn.values()].find((shards) => shards.includes(shard.index)) ?? []
  return together.map((index) => namespaceName(runId, { ...shard, index }))
}
