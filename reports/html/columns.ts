import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'

const besides = ['(nodes)', '(cluster)', '(control)', '(canary)'] as const

/** The column of an arm: its RuntimeClass, or what it is about instead. */
export function columnOf({ role, runtimeClass, node }: Pick<ArmRecord, 'role' | 'runtimeClass' | 'node'>): string {
  if (role !== 'check') return `(${role})`
  return runtimeClass ?? (node === null ? '(cluster)' : '(nodes)')
}

/** RuntimeClasses in alphabetical order, also those that no arm ran on, then the columns that are no class. */
export function columnsOf(runs: readonly Pick<RunRecord, 'arms' | 'facts'>[]): string[] {
  const names = new Set(
    runs.flatMap(({ arms, facts }) => [
      ...arms.map(columnOf),
      ...facts.flatMap(({ subject }) => (subject.startsWith('class/') ? [subject.slice('class/'.length)] : [])),
    ]),
  )
  const classes = [...names]
    .filter((name) => !name.startsWith('('))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return [...classes, ...besides.filter((name) => names.has(name))]
}
