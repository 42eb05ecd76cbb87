import { figureMeans } from '../compare/figurePairs.ts'
import { talliesOf } from '../compare/tally.ts'
import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { RunRecord } from '../record/runRecord.ts'
import type { StoredRun } from './store.ts'

/** What earlier runs teach about checks and figures. */
export interface Learned {
  /** Checks that failed in some runs of a release and passed in others: part of the observations that failed, 0 to 1, by key. */
  readonly flakeRates: ReadonlyMap<string, number>
  /** Standard deviation of ln(run / run before it) among runs of one release on one cluster, by figure. */
  readonly noise: ReadonlyMap<string, number>
}

/** Fewer pairs of runs than this say nothing about noise. */
const FEWEST_PAIRS = 3

export function learn(runs: readonly StoredRun[]): Learned {
  const groups = new Map<string, RunRecord[]>()
  for (const { record } of runs) {
    const key = `${record.cluster.server} ${kataVersionOf(record) ?? ''} ${String(record.simulated)}`
    groups.set(key, [...(groups.get(key) ?? []), record])
  }
  return { flakeRates: flakeRatesOf([...groups.values()]), noise: noiseOf([...groups.values()]) }
}

function flakeRatesOf(groups: readonly (readonly RunRecord[])[]): Map<string, number> {
  const rates = new Map<string, number>()
  for (const records of groups) {
    const counts = new Map<string, { failed: number; observed: number }>()
    for (const record of records)
      for (const [key, { failed, observed }] of talliesOf(record)) {
        const count = counts.get(key) ?? { failed: 0, observed: 0 }
        counts.set(key, { failed: count.failed + failed, observed: count.observed + observed })
      }
    for (const [key, { failed, observed }] of counts)
      if (failed > 0 && failed < observed) rates.set(key, Math.max(rates.get(key) ?? 0, failed / observed))
  }
  return rates
}

function noiseOf(groups: readonly (readonly RunRecord[])[]): Map<string, number> {
  const differences = new Map<string, number[]>()
  for (const records of groups)
    records.slice(1).forEach((record, index) => {
      const before = records[index] ? figureMeans(records[index]) : new Map<string, number>()
      for (const [key, mean] of figureMeans(record)) {
        const was = before.get(key)
        if (was !== undefined && was > 0 && mean > 0)
          differences.set(key, [...(differences.get(key) ?? []), Math.log(mean / was)])
      }
    })
  return new Map(
    [...differences].flatMap(([key, values]) =>
      values.length < FEWEST_PAIRS
        ? []
        : [[key, Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)]],
    ),
  )
}
