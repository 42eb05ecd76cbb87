import { parse } from 'smol-toml'
import type { HostFiles } from './hostFiles.ts'
import { mergeToml, type TomlTable } from './mergeToml.ts'
import { NodeProbeError } from './nodeProbeError.ts'

/** What a Kata shim reads: the base file and the drop-ins laid over it, in their order. */
export interface EffectiveToml {
  readonly path: string
  readonly dropIns: readonly string[]
  readonly values: TomlTable
}

/**
 * Read where containerd names no ConfigPath for a handler. Source: Kata runtime, DefaultRuntimeConfiguration and
 * SysConfRuntimeConfiguration; the last is where a static installation keeps it.
 */
export const defaultConfigPaths = [
  '/etc/kata-containers/configuration.toml',
  '/usr/share/defaults/kata-containers/configuration.toml',
  '/opt/kata/share/defaults/kata-containers/configuration.toml',
]

/**
 * The configuration at `path` with the files of config.d beside it, in lexical order: every file, whatever its ending, since
 * Kata looks at none. The Go shim follows links first, so config.d is that of the file the link leads to.
 * Source: katautils/config.go (decodeConfig, decodeDropIns), kata-types/src/config/drop_in.rs.
 * Null when there is no such file. Throws NodeProbeError when one is not TOML.
 */
export async function readEffectiveToml(host: HostFiles, path: string): Promise<EffectiveToml | null> {
  const [base, ...unsorted] = await host.readTogether([path], 'config.d')
  if (!base) return null
  const dropIns = unsorted.sort((a, b) => byBytes(a.path, b.path))
  const values = [{ ...base, path: base.realPath }, ...dropIns].reduce<TomlTable>(
    (merged, file) => mergeToml(merged, parseToml(host.node, file.path, file.text)),
    {},
  )
  return { path: base.realPath, dropIns: dropIns.map((file) => file.path), values }
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function parseToml(node: string, path: string, text: string): TomlTable {
  try {
    return parse(text)
  } catch (cause) {
    const where = cause as { line?: number; message: string }
    throw new NodeProbeError(node, `${path}:${where.line ?? '?'} is not TOML: ${where.message.split('\n')[0]}`, {
      cause,
    })
  }
}
