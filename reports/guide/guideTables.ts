import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { type Column, definitions, type Definition, type Row, type Source } from './definitions.ts'

/** Of the samples that count. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
  readonly n: number
}

export interface GuideCell {
  /** As the guide has it; null where it has none. */
  readonly guide: number | string | null
  /** What this run saw: figures, verdicts of a check, or null where it measured nothing. */
  readonly measured: Spread | string | null
  readonly unit: string
}

export interface GuideTable {
  readonly title: string
  readonly columns: readonly { readonly title: string; readonly unit: string }[]
  readonly rows: readonly { readonly label: string; readonly cells: readonly GuideCell[] }[]
  /** Whether any of its cells was measured. */
  readonly measured: boolean
}

const fixture = new URL('../../fixtures/baselines.yaml', import.meta.url)

/** Every table of figures of the guide, each with what the run measured of it. Sandboxes are matched by facts, never by the name of their class. */
export function guideTables(record: RunRecord): readonly GuideTable[] {
  const fixtures = load(readFileSync(fixture, 'utf8')) as Record<string, { rows: Rows }>
  const classes = guideClasses(record)
  return definitions.map((definition) =>
    tableOf(definition, rowsOf(fixtures[definition.table]?.rows ?? []), record, classes),
  )
}

type Rows = readonly Row[] | Row

/** Rows as they are; a table of one column has its figures by name. */
const rowsOf = (rows: Rows): readonly Row[] =>
  isList(rows) ? rows : Object.entries(rows).map(([name, value]) => ({ name, value }))

const isList = (rows: Rows): rows is readonly Row[] => Array.isArray(rows)

function tableOf(
  { title, label, columns }: Definition,
  rows: readonly Row[],
  record: RunRecord,
  classes: ReadonlyMap<string, readonly string[]>,
): GuideTable {
  const cell = (row: Row, index: number, { key, unit, source }: Column): GuideCell => {
    const guide = row[key]
    const from = source(row, index)
    return {
      guide: typeof guide === 'number' || typeof guide === 'string' ? guide : null,
      measured: from === null ? null : seen(from, record.arms, classes),
      unit,
    }
  }
  const filled = rows.map((row, index) => ({
    label: label(row),
    cells: columns.map((column) => cell(row, index, column)),
  }))
  return {
    title,
    columns: columns.map((column) => ({ title: column.title, unit: column.unit })),
    rows: filled,
    measured: filled.some(({ cells }) => cells.some(({ measured }) => measured !== null)),
  }
}

function seen(
  source: Source,
  arms: readonly ArmRecord[],
  classes: ReadonlyMap<string, readonly string[]>,
): Spread | string | null {
  const checks = arms.filter(({ role }) => role === 'check')
  if ('verdictOf' in source) return verdicts(checks.filter(({ behaviour }) => behaviour === source.verdictOf))
  const like = (arm: ArmRecord): boolean =>
    source.class === undefined ||
    source.class === null ||
    (classes.get(arm.runtimeClass ?? '') ?? []).includes(source.class)
  if ('measurement' in source) {
    const own = checks.filter((arm) => arm.behaviour === source.behaviour && like(arm))
    return spread(
      own.flatMap(({ measurements }) =>
        measurements.flatMap(({ name, value }) => (name === source.measurement ? [value] : [])),
      ),
    )
  }
  const metric = source.class === null ? `${source.figure}-default-runtime` : source.figure
  return spread(figuresOf(checks.filter(like), metric))
}

/** Samples that count; those of a measurement that several claims share are taken once. */
function figuresOf(arms: readonly ArmRecord[], metric: string): number[] {
  const samples = new Map<string, number>()
  for (const { runtimeClass, node, repeat, figures } of arms)
    for (const figure of figures.filter((each) => each.metric === metric))
      figure.samples.forEach(({ at, block, value, invalid }, index) => {
        if (invalid === null) samples.set([runtimeClass, node, repeat, at, block, index].join(' '), value)
      })
  return [...samples.values()]
}

function verdicts(arms: readonly ArmRecord[]): string | null {
  const ran = arms.filter(({ verdict }) => verdict !== 'skipped')
  if (ran.length === 0) return null
  const passed = ran.filter(({ verdict }) => verdict === 'passed').length
  return passed === ran.length
    ? `as the guide says (${passed} arms)`
    : `as the guide says in ${passed} of ${ran.length} arms`
}

function spread(values: readonly number[]): Spread | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return null
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? least) + (sorted[Math.ceil(middle)] ?? most)) / 2
  return { median, least, most, n: sorted.length }
}

const byShim: Readonly<Record<string, string>> = {
  'go qemu 2048': 'kata-qemu',
  'rust qemu 2048': 'kata-qemu-runtime-rs',
  'go cloud-hypervisor 2048': 'kata-clh',
  'rust cloud-hypervisor 2048': 'kata-cloud-hypervisor',
  'rust dragonball 2048': 'kata-dragonball',
  'go qemu 256': 'kata-qemu-minimal',
}

/** Classes of the guide whose sandboxes are like those of each class of the cluster: by shim, hypervisor and default_memory. */
function guideClasses({ facts }: RunRecord): ReadonlyMap<string, readonly string[]> {
  const of = new Map<string, Record<string, unknown>>()
  for (const { subject, name, value } of facts) {
    const [, runtimeClass] = /^class\/(.+)$/.exec(subject) ?? []
    if (runtimeClass !== undefined) of.set(runtimeClass, { ...of.get(runtimeClass), [name]: value })
  }
  return new Map(
    [...of].map(([name, { shim, hypervisor, defaultMemoryMiB, confidential }]) => {
      const like = byShim[`${String(shim)} ${String(hypervisor)} ${String(defaultMemoryMiB)}`]
      return [name, like === undefined || confidential === true ? [] : [like]] as const
    }),
  )
}

/** "4.9 s" */
export const guideText = ({ guide, unit }: GuideCell): string =>
  guide === null ? '–' : typeof guide === 'string' || unit === '' ? String(guide) : `${guide} ${unit}`

/** "4.81 s (4.7 to 5.02, n = 8)" */
export function measuredText({ measured, unit }: GuideCell): string {
  if (measured === null) return 'not measured'
  if (typeof measured === 'string') return measured
  const { median, least, most, n } = measured
  const range = n === 1 ? 'n = 1' : `${short(least)} to ${short(most)}, n = ${n}`
  return `${short(median)}${unit === '' ? '' : ` ${unit}`} (${range})`
}

const short = (value: number): string => String(Number(value.toPrecision(3)))
