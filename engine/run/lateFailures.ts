import type { ArmResult } from '../../reports/record/arm.ts'
import { verdictOf } from '../arm/verdictOf.ts'
import type { LostError } from '../arm/lostRejections.ts'

export const LATE = 'after its verdict'

/**
 * New results of arms that lost an error after they had their verdict: an assertion that failed then makes the arm failed, anything else broken. An arm
 * that was red already stays as it was.
 */
export function lateFailures(
  late: readonly LostError[],
  results: ReadonlyMap<string, ArmResult>,
): Map<string, ArmResult> {
  const changed = new Map<string, ArmResult>()
  for (const { arm, error } of late) {
    const result = arm === null ? undefined : (changed.get(arm) ?? results.get(arm))
    if (arm === null || result?.verdict !== 'passed') continue
    const { verdict, message } = verdictOf(error)
    changed.set(arm, {
      ...result,
      verdict: verdict === 'failed' ? 'failed' : 'broken',
      message: `${LATE} a promise or timer that the check left alone failed: ${message}`,
    })
  }
  return changed
}
