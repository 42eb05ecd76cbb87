import type { Level } from '../record/verdict.ts'
import type { Tally } from './tally.ts'

export const changeKinds = [
  'newly-failing',
  'fails-more-often',
  'fails-less-often',
  'still-failing',
  'newly-passing',
  'newly-skipped',
  'newly-open',
  'vanished',
  'appeared',
  'changed-reason',
  'changed-value',
] as const
export type ChangeKind = (typeof changeKinds)[number]

/** What differs between two runs for one check on one RuntimeClass. */
export interface Change {
  readonly key: string
  readonly kind: ChangeKind
  readonly behaviour: string
  readonly title: string
  readonly level: Level
  readonly gate: boolean
  readonly runtimeClass: string | null
  readonly case: string | null
  readonly before: Tally | null
  readonly after: Tally | null
  /** The difference in a line. */
  readonly what: string
}

/** Which difference it is, and its line; null when there is none. */
export function difference(before: Tally | null, after: Tally | null): { kind: ChangeKind; what: string } | null {
  if (!before) return after ? { kind: 'appeared', what: `not part of the first run; now ${stateOf(after)}` } : null
  if (!after) return { kind: 'vanished', what: `${stateOf(before)}, and not part of the second run` }
  if (before.observed > 0 && after.observed === 0) {
    const kind = after.open > 0 ? 'newly-open' : 'newly-skipped'
    return { kind, what: `${stateOf(before)} -> ${stateOf(after)}: ${firstLine(after)}` }
  }
  if (before.observed === 0 && after.observed === 0) return reasonChanged(before, after)
  if (before.observed === 0)
    return after.failed > 0
      ? { kind: 'newly-failing', what: `${stateOf(before)} -> ${stateOf(after)}: ${firstLine(after)}` }
      : { kind: 'newly-passing', what: `${stateOf(before)} -> ${stateOf(after)}` }
  return ofObserved(before, after)
}

function ofObserved(before: Tally, after: Tally): { kind: ChangeKind; what: string } | null {
  const [was, is] = [before.failed / before.observed, after.failed / after.observed]
  const what = `${stateOf(before)} -> ${stateOf(after)}`
  if (was === 0 && is > 0) return { kind: 'newly-failing', what: `${what}: ${firstLine(after)}` }
  if (was > 0 && is === 0) return { kind: 'newly-passing', what }
  if (was === 0) return valueChanged(before, after)
  if (is > was) return { kind: 'fails-more-often', what: `${what}: ${firstLine(after)}` }
  if (is < was) return { kind: 'fails-less-often', what }
  return reasonChanged(before, after) ?? { kind: 'still-failing', what: `${what}: ${firstLine(after)}` }
}

function reasonChanged(before: Tally, after: Tally): { kind: ChangeKind; what: string } | null {
  if (skeleton(before.message) === skeleton(after.message)) return null
  return { kind: 'changed-reason', what: `${stateOf(after)}: ${firstLine(before)} -> ${firstLine(after)}` }
}

/** Figures of the checks themselves (not of the benchmarks, whose noise is known): only those that were the same in all repeats can be told apart. */
function valueChanged(before: Tally, after: Tally): { kind: ChangeKind; what: string } | null {
  const [was, is] = [steadyValues(before), steadyValues(after)]
  const changed = [...was].flatMap(([name, value]) => {
    const now = is.get(name)
    return now === undefined || now === value ? [] : [`${name} ${value} -> ${now}`]
  })
  return changed.length === 0 ? null : { kind: 'changed-value', what: changed.join('; ') }
}

function steadyValues({ arms }: Tally): Map<string, string> {
  const seen = new Map<string, Set<string>>()
  for (const { name, value, unit } of arms.flatMap(({ measurements }) => measurements)) {
    const values = seen.get(name) ?? new Set<string>()
    seen.set(name, values.add(`${value} ${unit}`.trim()))
  }
  return new Map([...seen].flatMap(([name, values]) => (values.size === 1 ? [[name, [...values][0] ?? '']] : [])))
}

/** Two messages are one reason when only numbers, ids and times differ. */
const skeleton = (message: string): string =>
  message.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,}|[-+]?\d+([.:]\d+)*/g, '#')

const firstLine = ({ message }: Tally): string => message.split('\n', 1)[0] ?? ''

/** `passed`, `failed 3 of 10`, `skipped`, `broken`. */
export function stateOf({ arms, observed, failed, known, skipped, open }: Tally): string {
  if (observed > 0) {
    if (failed === 0) return observed > 1 ? `passed ${observed} of ${observed}` : 'passed'
    const word = known === failed ? 'known deviation' : 'failed'
    return observed > 1 ? `${word} ${failed} of ${observed}` : word
  }
  if (open > 0)
    return arms.find(({ verdict }) => verdict === 'broken' || verdict === 'environment')?.verdict ?? 'broken'
  return skipped > 0 ? 'skipped' : 'without a verdict'
}
