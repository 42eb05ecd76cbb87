import { existsSync } from 'node:fs'
import { type Comparison, compareRuns } from '../reports/compare/comparison.ts'
import { incomparable } from '../reports/compare/incomparable.ts'
import { readRun } from '../reports/compare/readRun.ts'
import { placeInStore } from '../reports/history/store.ts'
import { UsageError } from './usageError.ts'

export interface ComparedRuns {
  readonly comparison: Comparison
  /** Why they should not be compared; empty, unless --force was given. */
  readonly forced: readonly string[]
}

/** @throws UsageError, RunError, JournalError */
export function compareGiven(
  [first, second]: readonly [string, string],
  { store, force, renamed }: { store?: string | undefined; force: boolean; renamed: Readonly<Record<string, string>> },
): ComparedRuns {
  const [before, after] = [readRun(placeOf(first, store)), readRun(placeOf(second, store))]
  const reasons = incomparable(before, after)
  if (reasons.length > 0 && !force)
    throw new UsageError(`${reasons.join('; ')}; or give --force, and the report says what follows from it`)
  return { comparison: compareRuns(before, after, renamed), forced: reasons }
}

/** A path, or the name of a run in the store. */
function placeOf(given: string, store: string | undefined): string {
  if (existsSync(given) || store === undefined) return given
  const archived = placeInStore(store, given)
  return existsSync(archived) ? archived : given
}
