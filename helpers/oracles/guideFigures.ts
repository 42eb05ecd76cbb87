import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import type { ClassFacts } from '../facts/facts.ts'
import type { ClassCondition } from './applicability.ts'

/** One row of a table of the guide, by the class that it is about; `crun` is the default runtime of the guide's node. */
export type GuideRow = Readonly<Record<string, number | string | null>> & { readonly class: string }

/** Tables of fixtures/baselines.yaml that have a row for each class. */
export type GuideTable =
  | 'start_time'
  | 'idle_memory_default_2048'
  | 'cpu_gzip_200MB'
  | 'io_seq_100MB_pvc'
  | 'io_fdatasync_drop_caches'
  | 'network_same_node_iperf3'

const fixture = new URL('../../fixtures/baselines.yaml', import.meta.url)

let tables: Readonly<Record<string, { rows: GuideRow[] }>> | undefined

/** Rows of a table, in the guide's order. */
export function guideTable(name: GuideTable): readonly GuideRow[] {
  tables ??= load(readFileSync(fixture, 'utf8')) as Record<string, { rows: GuideRow[] }>
  return tables[name]?.rows ?? []
}

/**
 * The class of the guide whose figures are about sandboxes like this one's: by shim, hypervisor and default_memory (2048 in all of its tables by class),
 * never by name. Null where the guide measured none, and where a fact that decides is unknown. Undefined is the default runtime.
 */
export function guideClass(of: ClassFacts | undefined): string | null {
  if (of === undefined) return 'crun'
  if (of.defaultMemoryMiB.value !== 2048 || of.confidential.value === true) return null
  return measured[`${of.shim.value} ${of.hypervisor.value}`] ?? null
}

const measured: Readonly<Record<string, string>> = {
  'go qemu': 'kata-qemu',
  'rust qemu': 'kata-qemu-runtime-rs',
  'go cloud-hypervisor': 'kata-clh',
  'rust cloud-hypervisor': 'kata-cloud-hypervisor',
  'rust dragonball': 'kata-dragonball',
}

/** The table's row for sandboxes like this class's; null where it has none. */
export function guideRow(table: GuideTable, of: ClassFacts | undefined): GuideRow | null {
  const name = guideClass(of)
  return guideTable(table).find((row) => row.class === name) ?? null
}

/** The table has a row for sandboxes like this class's. */
export const inGuideTable =
  (table: GuideTable): ClassCondition =>
  (of) => {
    const unknown = [of.shim, of.hypervisor, of.defaultMemoryMiB].find((fact) => fact.value === null)
    if (unknown) return { unknown: `which row of the guide's table is its own is unknown: ${unknown.how}` }
    return (
      guideRow(table, of) !== null || {
        no: `the guide's table has no row for ${of.shim.value} shim, ${of.hypervisor.value} and default_memory = ${of.defaultMemoryMiB.value}`,
      }
    )
  }
