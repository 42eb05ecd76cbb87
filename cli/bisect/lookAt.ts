import { talliesOf, type Tally } from '../../reports/compare/tally.ts'
import { kataVersionOf } from '../../reports/record/kataVersionOf.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { decided, leadFor } from '../../reports/statistics/sequential.ts'

/** What the runs of one version say so far. */
export type Look =
  | { readonly verdict: 'good' | 'bad' | 'skip'; readonly why: string }
  /** So many more repeats could settle it. */
  | { readonly more: number }

export interface Certainty {
  /** Greatest probability of a wrong verdict on a version. */
  readonly error: number
  /** Probability that a check says the contrary of what holds, by check. */
  readonly rateOf: (key: string) => number
  /** A check that has not settled after so many observations cannot be told. */
  readonly most: number
}

/** Runs whose checks break again and again settle nothing. */
const MOST_RUNS = 20

/**
 * Judges a version by all its runs: bad when any check of the claim is seen not to hold, good when all are seen to hold, each to the wanted certainty.
 * What kept the suite from knowing, and a cluster of another release, cannot be told.
 */
export function judge(records: readonly RunRecord[], version: string, { error, rateOf, most }: Certainty): Look {
  const unfit = records.map((record) => whyUnfit(record, version)).find((why) => why !== null)
  if (unfit != null) return { verdict: 'skip', why: unfit }
  const checks = sums(records)
  if (checks.size === 0) return { verdict: 'skip', why: 'no check of the claim is about this version, or its classes' }
  const told = [...checks].map(([key, sum]) => {
    const lead = leadFor(rateOf(key), error / checks.size)
    return { key, ...sum, lead, answer: lead === null ? null : decided(sum, lead) }
  })
  const bad = told.filter(({ answer }) => answer === 'bad')
  const [first] = bad
  if (first) return { verdict: 'bad', why: bad.map(words).join('; ') }
  if (told.every(({ answer }) => answer === 'good')) return { verdict: 'good', why: told.map(words).join('; ') }
  const silent = told.find(({ passed, failed }) => passed + failed === 0)
  if (silent) return { verdict: 'skip', why: `${silent.key}: ${silent.message}` }
  const untold = told.filter(({ answer }) => answer === null)
  const hopeless = untold.find(
    ({ lead, passed, failed }) => lead === null || passed + failed >= most || records.length >= MOST_RUNS,
  )
  if (hopeless) return { verdict: 'skip', why: `${words(hopeless)}: too unsteady to tell` }
  return { more: Math.max(...untold.map(({ lead, passed, failed }) => (lead ?? 0) - Math.abs(passed - failed))) }
}

function whyUnfit(record: RunRecord, version: string): string | null {
  if (record.outcome === 'invalid') return 'a canary passed: what passed in this run proves nothing'
  const found = kataVersionOf(record)
  const wanted = version.replace(/^v/, '')
  // A user may name versions as the deploy command wants them; only what is a release is held against the cluster.
  if (found !== null && /^\d+\.\d+\.\d+$/.test(wanted) && found !== wanted)
    return `the cluster runs Kata ${found}: the deploy command did not bring ${version}`
  return null
}

interface Sum {
  readonly passed: number
  readonly failed: number
  readonly message: string
}

function sums(records: readonly RunRecord[]): Map<string, Sum> {
  const found = new Map<string, Sum>()
  for (const record of records)
    for (const [key, tally] of talliesOf(record)) found.set(key, added(found.get(key), tally))
  return found
}

const added = (sum: Sum | undefined, { observed, failed, message }: Tally): Sum => ({
  passed: (sum?.passed ?? 0) + observed - failed,
  failed: (sum?.failed ?? 0) + failed,
  message: message || (sum?.message ?? ''),
})

const words = ({ key, passed, failed, message }: Sum & { readonly key: string }): string =>
  failed === 0
    ? `${key} held ${passed} of ${passed}`
    : `${key} did not hold ${failed} of ${passed + failed}: ${message.split('\n', 1)[0] ?? ''}`
