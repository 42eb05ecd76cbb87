import type { ContainerdRuntime } from '../node/containerdConfig.ts'
import type { EffectiveToml } from '../node/effectiveToml.ts'
import { isTable, tomlAt, type TomlTable } from '../node/mergeToml.ts'
import { known, unknown, type Fact } from './fact.ts'

/** How a class's handler is set up on one node. */
export interface ClassOnNode {
  /** Null when it was not read on a node: a custom runtime's drop-in as kata-deploy's ConfigMap has it. */
  readonly node: string | null
  readonly handler: string
  /** containerd's entry; null when the handler has none. */
  readonly runtime: ContainerdRuntime | null
  /** containerd was read, and does not run the handler with Kata: `toml` is then what the class's name promises, not what a node has. */
  readonly notKata: boolean
  readonly toml: EffectiveToml | null
  /** The TOML is only a drop-in or a promise: what it does not say is unknown, not a default. */
  readonly partial: boolean
  /** Why `toml` is null. */
  readonly because: string
}

/** The hypervisor's table of a configuration and the name it stands under. */
export function hypervisorTable(values: TomlTable): { name: string; table: TomlTable } | null {
  const all = tomlAt(values, 'hypervisor')
  if (!isTable(all)) return null
  const named = tomlAt(values, 'runtime', 'hypervisor_name')
  const name = typeof named === 'string' && isTable(all[named]) ? named : Object.keys(all)[0]
  const table = name === undefined ? undefined : all[name]
  return name !== undefined && isTable(table) ? { name, table } : null
}

/** A fact read from a key of the hypervisor's table (or of [runtime]). `absent` decides when the key is not there. */
export function fromToml<T>(
  on: ClassOnNode,
  section: 'hypervisor' | 'runtime',
  key: string,
  read: (value: unknown) => T | null,
  absent: (where: string) => Fact<T>,
): Fact<T> {
  if (!on.toml) return unknown(on.because)
  const table = section === 'runtime' ? tomlAt(on.toml.values, 'runtime') : hypervisorTable(on.toml.values)?.table
  const title = section === 'runtime' ? '[runtime]' : `[hypervisor.${hypervisorTable(on.toml.values)?.name ?? '?'}]`
  const where = `${title} of ${describe(on.toml)}${on.node === null || on.notKata ? '' : ` on ${on.node}`}`
  const value = isTable(table) ? table[key] : undefined
  if (value === undefined)
    return on.partial
      ? unknown(
          `${where} does not say ${key}, and ${on.notKata ? 'no node has its file' : 'the base file is on the node'}`,
        )
      : absent(where)
  const fact = read(value)
  return fact === null
    ? unknown(`${key} in ${where} is ${JSON.stringify(value)}, which is not what Kata reads there`)
    : known(fact, `${key} in ${where}`, `${key} = ${JSON.stringify(value)}`)
}

const describe = (toml: EffectiveToml): string =>
  toml.dropIns.length === 0
    ? toml.path
    : `${toml.path} with ${toml.dropIns.length} drop-in${toml.dropIns.length > 1 ? 's' : ''}`

export const asBoolean = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)
export const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null)
export const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const asTexts = (value: unknown): string[] | null =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : null
