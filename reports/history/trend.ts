import { figureMeans } from '../compare/figurePairs.ts'
import { stateOf } from '../compare/change.ts'
import { talliesOf } from '../compare/tally.ts'
import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { StoredRun } from './store.ts'

/** One check or figure over all runs, the oldest first. */
export interface Trend {
  readonly key: string
  readonly points: readonly { readonly run: string; readonly kata: string | null; readonly state: string }[]
  /** The run since which it fails without a break; null when it does not fail now. */
  readonly badSince: string | null
}

/** Checks of a behaviour. @param behaviour an id of the catalogue */
export function trendsOf(runs: readonly StoredRun[], behaviour: string): Trend[] {
  const tallies = runs.map(({ name, record }) => ({ name, kata: kataVersionOf(record), of: talliesOf(record) }))
  const keys = [
    ...new Set(
      tallies.flatMap(({ of }) => [...of.keys()].filter((key) => key === behaviour || key.startsWith(`${behaviour} `))),
    ),
  ]
  return keys.map((key) => {
    const points = tallies.map(({ name, kata, of }) => {
      const tally = of.get(key)
      return {
        run: name,
        kata,
        state: tally ? stateOf(tally) : 'absent',
        bad: tally && tally.observed > 0 ? tally.failed > 0 : null,
      }
    })
    const seen = points.filter(({ bad }) => bad !== null)
    const good = seen.findLastIndex(({ bad }) => bad === false)
    const badSince = seen.at(-1)?.bad === true ? (seen[good + 1]?.run ?? null) : null
    return { key, points: points.map(({ run, kata, state }) => ({ run, kata, state })), badSince }
  })
}

/** Means of a metric, by RuntimeClass and case. */
export function metricTrends(runs: readonly StoredRun[], metric: string): Trend[] {
  const means = runs.map(({ name, record }) => ({ name, kata: kataVersionOf(record), of: figureMeans(record) }))
  const keys = [
    ...new Set(
      means.flatMap(({ of }) => [...of.keys()].filter((key) => key === metric || key.startsWith(`${metric} `))),
    ),
  ]
  return keys.map((key) => ({
    key,
    points: means.map(({ name, kata, of }) => ({ run: name, kata, state: of.get(key)?.toPrecision(5) ?? 'absent' })),
    badSince: null,
  }))
}
