import { decisionJunit } from '../junit/decisionJunit.ts'
import type { UpgradeDecision } from './decideUpgrade.ts'
import { sentence } from './upgradeWords.ts'

/** A case for each finding, and one for the answer. */
export function upgradeJunit(decision: UpgradeDecision): string {
  const { answer, findings, record } = decision
  const { runId, at, context } = record.started
  return decisionJunit({
    of: 'upgrade',
    name: `upgrade ${runId}`,
    startedAt: at,
    context,
    answer,
    sentence: sentence(decision),
    findings,
  })
}
