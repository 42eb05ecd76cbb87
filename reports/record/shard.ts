import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { PlannedArm } from './arm.ts'

/** Which part of a run this is. */
export const ShardRecord = z.strictObject({
  /** 1 to `count`. */
  index: z.number(),
  count: z.number(),
  /** Of the whole plan: shards of one run have the same. */
  planHash: z.string(),
})
export type ShardRecord = z.infer<typeof ShardRecord>

/** Digest of a whole plan, whatever the order of its arms. */
export function planHash(arms: readonly PlannedArm[]): string {
  const lines = arms
    .map(({ id, behaviour, chapter, title, level, gate, role, runtimeClass, node, case: row }) =>
      JSON.stringify([id, behaviour, chapter, title, level, gate, role, runtimeClass, node, row]),
    )
    .sort()
  return `sha256:${createHash('sha256').update(lines.join('\n')).digest('hex')}`
}
