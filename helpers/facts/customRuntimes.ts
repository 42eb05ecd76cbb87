import { parse } from 'smol-toml'
import type { KubeObject } from '../cluster/cluster.ts'
import type { TomlTable } from '../node/mergeToml.ts'

/** A custom runtime as kata-deploy was told of it. */
export interface CustomRuntime {
  readonly handler: string
  /** Shim whose files it starts from: qemu, clh… */
  readonly base: string
  /** What is laid over them; null when none is given or it is not TOML. */
  readonly dropIn: TomlTable | null
  readonly where: string
}

/**
 * Custom runtimes in kata-deploy's ConfigMap: `custom-runtimes.list` with a line handler:base:snapshotter:pullType each, and
 * `dropin-<handler>.toml`. Source: chart templates/custom-runtimes.yaml, 3.26 and later.
 */
export function customRuntimes(configMaps: readonly KubeObject[]): CustomRuntime[] {
  return configMaps.flatMap((map) => {
    const data = (map['data'] ?? {}) as Record<string, string>
    const where = `ConfigMap ${map.metadata.namespace ?? ''}/${map.metadata.name ?? ''}`
    return (data['custom-runtimes.list'] ?? '')
      .split('\n')
      .map((line) => line.trim().split(':'))
      .filter(([handler, base]) => handler && base)
      .map(([handler = '', base = '']) => ({
        handler,
        base,
        where,
        dropIn: parseDropIn(data[`dropin-${handler}.toml`]),
      }))
  })
}

function parseDropIn(text: string | undefined): TomlTable | null {
  if (text === undefined) return null
  try {
    return parse(text)
  } catch {
    return null
  }
}
