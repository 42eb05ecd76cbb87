import type { Outcome } from './disturbedRun.ts'

/** One line for a run, and more where it went wrong. */
export function describeOutcome(outcome: Outcome): string {
  const { plan, struck, hits, ms, exitCode, record, wrong, left, hang, problems } = outcome
  const verdicts = record ? verdictsOf(outcome) : 'no record'
  const head = [
    isBad(outcome) ? 'FAIL' : 'ok  ',
    `seed ${plan.seed}`,
    `${plan.fault} at ${Math.round(plan.at * 100)} %: ${struck ?? 'struck nothing'}${hits > 0 ? ` (${hits} hit)` : ''}`,
    `${plan.group.name} on ${plan.cluster}`,
    `${verdicts}, exit ${exitCode}, ${(ms / 1000).toFixed(1)} s`,
  ].join('; ')
  const why = [
    ...wrong.map(
      (each) => `wrong: ${each.arm}: ${each.undisturbed} undisturbed, ${each.disturbed} now: ${each.message}`,
    ),
    ...left.map((each) => `left: ${each}`),
    ...(hang ? ['past its deadline'] : []),
    ...problems,
    ...brokenOf(record),
    ...(isBad(outcome) && !record ? [outcome.stderr.slice(-600)] : []),
  ]
  return [head, ...why.map((line) => `       ${line.split('\n').join('\n         ')}`)].join('\n')
}

/** Why arms are broken: so much of each message as says it. */
const brokenOf = (record: Outcome['record']): string[] =>
  (record?.arms ?? [])
    .filter(({ verdict, message }) => verdict === 'broken' && !message.startsWith('no verdict:'))
    .map(({ id, message }) => `broken: ${id}: ${message.slice(0, 300)}`)

const verdictsOf = ({ record }: Outcome): string => {
  const counts = new Map<string, number>()
  for (const { verdict } of record?.arms ?? []) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const text = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
  return `${text || 'no arms'}${record && record.retries.length > 0 ? `, ${record.retries.length} retries` : ''}`
}

export const isBad = ({ wrong, left, hang, problems }: Outcome): boolean =>
  wrong.length > 0 || left.length > 0 || hang || problems.length > 0

/** What the table counts of one run; small enough to be kept. */
export interface Tally {
  readonly seed: number
  readonly fault: string
  readonly struck: boolean
  /** A request that was asked again, or an arm that was tried again. */
  readonly retried: boolean
  readonly broken: boolean
  readonly wrong: boolean
  readonly left: boolean
  readonly hang: boolean
  readonly other: boolean
}

export const tallyOf = ({ plan, struck, record, wrong, left, hang, problems }: Outcome): Tally => ({
  seed: plan.seed,
  fault: plan.fault,
  struck: struck !== null,
  retried: (record?.retries.length ?? 0) > 0 || triedAgain(record),
  broken: record === null || record.arms.some(({ verdict }) => verdict === 'broken'),
  wrong: wrong.length > 0,
  left: left.length > 0,
  hang,
  other: problems.length > 0,
})

const columns = ['struck', 'retried', 'broken', 'wrong', 'left', 'hang', 'other'] as const

export const isBadTally = ({ wrong, left, hang, other }: Tally): boolean => wrong || left || hang || other

/** A row a fault, and the sum. */
export function tableOf(tallies: readonly Tally[]): { head: readonly string[]; rows: readonly (readonly string[])[] } {
  const names = [...new Set(tallies.map(({ fault }) => fault))].sort()
  const rows = [...names, 'all'].map((name) => {
    const of = name === 'all' ? tallies : tallies.filter(({ fault }) => fault === name)
    return [name, String(of.length), ...columns.map((column) => String(of.filter((each) => each[column]).length))]
  })
  return { head: ['fault', 'runs', ...columns], rows }
}

const triedAgain = (record: Outcome['record']): boolean =>
  record?.arms.some(({ findings }) => findings.some((each) => each.startsWith('tried again'))) ?? false
