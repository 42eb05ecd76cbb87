import { parse } from 'smol-toml'
import {
  containerdConfigPaths,
  fitsPattern,
  importPatterns,
  kataDeployDropIn,
  readContainerdConfig,
  type ConfigFile,
  type ContainerdConfig,
} from './containerdConfig.ts'
import type { FoundFile } from './filesTogether.ts'
import type { HostFiles } from './hostFiles.ts'
import { NodeProbeError } from './nodeProbeError.ts'

/**
 * containerd's configuration as it is on the node: the distribution's main file and what it imports.
 * Null when none of the known files is there. Throws NodeProbeError when one is not TOML.
 */
export async function readContainerd(host: HostFiles): Promise<ContainerdConfig | null> {
  const found = await host.readTogether([...containerdConfigPaths, kataDeployDropIn])
  const main = found.find(({ path }) => path !== kataDeployDropIn)
  if (!main) return null
  const files = await withImports(host, parsed(host, main), [])
  const imported = files.some(({ path }) => path === kataDeployDropIn)
  const dropIn = found.find(({ path }) => path === kataDeployDropIn)
  return readContainerdConfig(files, dropIn && !imported ? kataDeployDropIn : null)
}

async function withImports(host: HostFiles, file: ConfigFile, above: readonly string[]): Promise<ConfigFile[]> {
  const paths = await Promise.all(importPatterns(file.table, file.path).map((pattern) => expand(host, pattern)))
  const others = paths.flat().filter((path) => path !== file.path && !above.includes(path))
  if (others.length === 0) return [file]
  const imported = (await host.readTogether(others)).map((each) => parsed(host, each))
  const below = await Promise.all(imported.map((each) => withImports(host, each, [...above, file.path])))
  return [file, ...below.flat()]
}

async function expand(host: HostFiles, pattern: string): Promise<string[]> {
  if (!/[*?]/.test(pattern)) return [pattern]
  const folder = pattern.slice(0, pattern.lastIndexOf('/'))
  const names = await host.list(folder)
  return names.map((name) => `${folder}/${name}`).filter((path) => fitsPattern(path, pattern))
}

function parsed(host: HostFiles, { path, text }: FoundFile): ConfigFile {
  try {
    return { path, table: parse(text) }
  } catch (cause) {
    throw new NodeProbeError(host.node, `${path} is not TOML: ${String((cause as Error).message).split('\n')[0]}`, {
      cause,
    })
  }
}
