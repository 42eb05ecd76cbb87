import { plainTable } from '../../cli/terminal/plainTable.ts'
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

/** A row a fault, and the sum. */
export function summary(outcomes: readonly Outcome[]): { text: string; bad: boolean } {
  const names = [...new Set(outcomes.map(({ plan }) => plan.fault))].sort()
  const rows = [...names, 'all'].map((name) => {
    const of = name === 'all' ? outcomes : outcomes.filter(({ plan }) => plan.fault === name)
    const count = (holds: (outcome: Outcome) => boolean): string => String(of.filter(holds).length)
    return [
      name,
      String(of.length),
      count(({ struck }) => struck !== null),
      count(({ record }) => (record?.retries.length ?? 0) > 0 || triedAgain(record)),
      count(({ record }) => record === null || record.arms.some(({ verdict }) => verdict === 'broken')),
      count(({ wrong }) => wrong.length > 0),
      count(({ left }) => left.length > 0),
      count(({ hang }) => hang),
      count(({ problems }) => problems.length > 0),
    ]
  })
  const head = ['fault', 'runs', 'struck', 'retried', 'broken', 'wrong', 'left', 'hangs', 'other']
  return { text: plainTable(head, rows), bad: outcomes.some(isBad) }
}

const triedAgain = (record: Outcome['record']): boolean =>
  record?.arms.some(({ findings }) => findings.some((each) => each.startsWith('tried again'))) ?? false
