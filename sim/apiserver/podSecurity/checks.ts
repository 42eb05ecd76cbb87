import { baselineChecks } from './baselineChecks.ts'
import type { Check } from './check.ts'
import { restrictedChecks } from './restrictedChecks.ts'

const rank = (id: string) => id.split('_')[0] as string

/** All checks in the order of their ids, which is the order of violations in messages. */
export const checks: readonly Check[] = [...baselineChecks, ...restrictedChecks].sort((a, b) =>
  rank(a.id) < rank(b.id) ? -1 : 1,
)
