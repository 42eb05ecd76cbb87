import type { Decision } from './decide.ts'
import { gateExitCodes } from './decide.ts'
import { sentence } from './gateWords.ts'

/** For programs: the answer, every finding, and the figures with their statistics. */
export function gateJson(decision: Decision): string {
  const { answer, findings, figures, comparison, forced } = decision
  const { before, after, notes, unchanged } = comparison
  const run = ({ runId, startedAt, cluster, outcome }: typeof before) => ({ runId, startedAt, cluster, outcome })
  return `${JSON.stringify(
    {
      schemaVersion: 1,
      answer,
      exitCode: gateExitCodes[answer],
      because: sentence(decision),
      before: run(before),
      after: run(after),
      forced,
      notes,
      unchanged,
      findings,
      figures: figures.map(({ pair, effect, pWorse, pBetter, threshold, finding }) => ({
        figure: pair.key,
        behaviour: pair.behaviour,
        unit: pair.unit,
        better: pair.better,
        blocks: pair.logRatios.size,
        dropped: pair.dropped,
        effect,
        pWorse,
        pBetter,
        threshold,
        weight: finding.weight,
      })),
    },
    null,
    2,
  )}\n`
}
