import type { RunRecord } from './record/runRecord.ts'
import { verdicts } from './record/verdict.ts'

/** How many control arms passed, and what became of the others: "61 passed, 1 skipped". */
export const controlsSaid = (controls: RunRecord['summary']['controls']): string =>
  verdicts
    .filter((verdict) => verdict === 'passed' || (controls[verdict] ?? 0) > 0)
    .map((verdict) => `${controls[verdict] ?? 0} ${verdict}`)
    .join(', ')
