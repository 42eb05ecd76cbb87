import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { type Change, difference } from './change.ts'
import { type FigurePair, pairFigures } from './figurePairs.ts'
import { type Identities, matchIdentities } from './identities.ts'
import { type Tally, talliesOf } from './tally.ts'

/** Two runs side by side. */
export interface Comparison {
  readonly before: RunRecord
  readonly after: RunRecord
  readonly changes: readonly Change[]
  /** Checks that are in both runs with the same verdicts. */
  readonly unchanged: number
  readonly figures: readonly FigurePair[]
  readonly notes: readonly string[]
  /** How names of the first run are called in the second. */
  readonly identities: Identities
}

/** @param renamed former and present names of RuntimeClasses that the operator says are the same */
export function compareRuns(
  before: RunRecord,
  after: RunRecord,
  renamed: Readonly<Record<string, string>> = {},
): Comparison {
  const identities = matchIdentities(before, after, renamed)
  const [was, is] = [talliesOf(before, identities), talliesOf(after)]
  const keys = [...new Set([...was.keys(), ...is.keys()])]
  const changes = keys.flatMap((key) => changeOf(key, was.get(key) ?? null, is.get(key) ?? null))
  const notes = [...identities.notes]
  if (before.suiteVersion !== after.suiteVersion)
    notes.push(
      `the runs are of two versions of the suite, ${before.suiteVersion} and ${after.suiteVersion}: a change may be the suite's`,
    )
  return {
    before,
    after,
    changes,
    unchanged: keys.length - changes.length,
    figures: pairFigures(before, after, identities),
    notes,
    identities,
  }
}

function changeOf(key: string, before: Tally | null, after: Tally | null): Change[] {
  const found = difference(before, after)
  const arm: ArmRecord | undefined = (after ?? before)?.arms[0]
  if (!found || !arm) return []
  const { behaviour, title, level, gate, runtimeClass, case: row } = arm
  return [{ key, ...found, behaviour, title, level, gate, runtimeClass, case: row, before, after }]
}
