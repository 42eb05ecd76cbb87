import type { ArmRecord } from '../record/arm.ts'
import type { Role } from '../record/verdict.ts'
import { columnOf } from './columns.ts'
import { letterOf, type PackedArm, type ShownArm, verdictOfLetter } from './pageData.ts'
import type { Texts } from './texts.ts'

const roles: readonly Role[] = ['check', 'control', 'canary']

interface Places {
  readonly texts: Texts
  readonly claims: ReadonlyMap<string, number>
  readonly columns: ReadonlyMap<string, number>
}

/** An arm for the page. The texts of its assertions begin with `+` or `-`. */
export function packArm(arm: ArmRecord, run: number, { texts, claims, columns }: Places): PackedArm {
  const place = (text: string | null) => texts.place(text)
  return [
    run,
    claims.get(arm.behaviour) ?? -1,
    columns.get(columnOf(arm)) ?? -1,
    place(arm.id),
    letterOf(arm.verdict),
    roles.indexOf(arm.role),
    place(arm.node),
    place(arm.case),
    arm.repeat,
    Date.parse(arm.startedAt),
    Math.round(arm.durationMs),
    place(arm.expected),
    place(arm.observed),
    place(arm.message === '' ? null : arm.message),
    arm.assertions.map(({ ok, text }) => place(`${ok ? '+' : '-'}${text}`)),
    arm.measurements.map(({ name, value, unit }) => [place(name), value, place(unit)] as const),
    arm.findings.map(place),
    arm.timeline.map(({ atMs, what }) => [Math.round(atMs), place(what)] as const),
    arm.evidence.map(({ name, path }) => [place(name), place(path)] as const),
  ]
}

/** @param behaviour id of its claim @param column name of its column */
export function unpackArm(packed: PackedArm, texts: readonly string[], behaviour: string, column: string): ShownArm {
  const [, , , id, verdict, role, node, row, repeat, startedAt, durationMs, expected, observed, message, ...lists] =
    packed
  const [assertions, measurements, findings, timeline, evidence] = lists
  const text = (place: number): string => texts[place] ?? ''
  const orNull = (place: number): string | null => (place < 0 ? null : text(place))
  return {
    id: text(id),
    behaviour,
    role: roles[role] ?? 'check',
    runtimeClass: column.startsWith('(') ? null : column,
    node: orNull(node),
    case: orNull(row),
    repeat,
    verdict: verdictOfLetter[verdict],
    startedAt: new Date(startedAt).toISOString(),
    durationMs,
    expected: orNull(expected),
    observed: orNull(observed),
    message: text(message),
    assertions: assertions.map((place) => ({ ok: text(place).startsWith('+'), text: text(place).slice(1) })),
    measurements: measurements.map(([name, value, unit]) => ({ name: text(name), value, unit: text(unit) })),
    findings: findings.map(text),
    timeline: timeline.map(([atMs, what]) => ({ atMs, what: text(what) })),
    evidence: evidence.map(([name, path]) => ({ name: text(name), path: text(path) })),
  }
}
