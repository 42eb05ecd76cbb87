import { decisionJunit } from '../junit/decisionJunit.ts'
import type { Decision } from './decide.ts'
import { sentence } from './gateWords.ts'

/** A case for each finding, and one for the answer. */
export function gateJunit(decision: Decision): string {
  const { answer, comparison, findings } = decision
  const { before, after } = comparison
  return decisionJunit({
    of: 'gate',
    name: `gate ${before.runId} ${after.runId}`,
    startedAt: after.startedAt,
    context: after.cluster.context,
    answer,
    sentence: sentence(decision),
    findings,
  })
}
