export type TomlTable = Readonly<Record<string, unknown>>

/** True for a TOML table: neither an array nor a date. smol-toml's tables have no prototype. */
export function isTable(value: unknown): value is TomlTable {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/**
 * Lays `over` on `base`: tables merge key by key, all else (arrays too) is replaced.
 * Source: Kata src/libs/kata-types/src/config/drop_in.rs (merge_tables) and katautils/config.go (updateFromDropIn).
 */
export function mergeToml(base: TomlTable, over: TomlTable): TomlTable {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isTable(below) && isTable(value) ? mergeToml(below, value) : value
  }
  return merged
}

/** The value at a path of keys, or undefined. */
export function tomlAt(table: TomlTable, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isTable(value) ? value[key] : undefined), table)
}
