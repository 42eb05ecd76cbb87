import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { Verdict } from '../../reports/record/verdict.ts'

export interface Wrong {
  readonly arm: string
  readonly undisturbed: string
  readonly disturbed: string
  readonly message: string
}

/** Verdicts that state something about the product. */
const stated: readonly Verdict[] = ['passed', 'failed', 'environment', 'known']

/**
 * Where a disturbed run says something else about the product than an undisturbed one of the same cluster. To say nothing is right
 * (broken, with a reason), to leave out in silence is not: a skip or a missing arm looks as if there had been nothing to observe.
 */
export function wrongVerdicts(undisturbed: RunRecord, disturbed: RunRecord): Wrong[] {
  const planned = disturbed.arms.length > 0
  const now = new Map(disturbed.arms.map((arm) => [arm.id, arm]))
  const arms = undisturbed.arms.flatMap((before): Wrong[] => {
    const after = now.get(before.id)
    now.delete(before.id)
    if (!after) {
      const missing = { arm: before.id, undisturbed: before.verdict, disturbed: 'missing from the plan', message: '' }
      return planned ? [missing] : []
    }
    const isRight = after.verdict === before.verdict || (after.verdict === 'broken' && after.message !== '')
    if (isRight || (!stated.includes(after.verdict) && !stated.includes(before.verdict))) return []
    const message = after.message || `undisturbed: ${before.message}`
    return [{ arm: before.id, undisturbed: before.verdict, disturbed: after.verdict, message }]
  })
  const added = [...now.values()].map((arm) => ({
    arm: arm.id,
    undisturbed: 'not in the plan',
    disturbed: arm.verdict,
    message: arm.message,
  }))
  return [...arms, ...added, ...wrongOutcome(undisturbed, disturbed)]
}

/** The run as a whole may lose its answer, never give another one. */
function wrongOutcome(undisturbed: RunRecord, disturbed: RunRecord): Wrong[] {
  const open = ['incomplete', 'interrupted']
  if (disturbed.outcome === undisturbed.outcome || open.includes(disturbed.outcome)) return []
  return [{ arm: '(the run)', undisturbed: undisturbed.outcome, disturbed: disturbed.outcome, message: '' }]
}
