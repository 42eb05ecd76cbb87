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
import type { HostFiles } from './hostFiles.ts'
import { NodeProbeError } from './nodeProbeError.ts'

/**
 * containerd's configuration as it is on the node: the distribution's main file and what it imports.
 * Null when none of the known files is there. Throws NodeProbeError when one is not TOML.
 */
export async function readContainerd(host: HostFiles): Promise<ContainerdConfig | null> {
  for (const path of containerdConfigPaths) {
    const main = await readConfigFile(host, path)
    if (!main) continue
    const files = await withImports(host, main, [])
    const orphan = files.some((file) => file.path === kataDeployDropIn)
      ? null
      : await host.readIfThere(kataDeployDropIn)
    return readContainerdConfig(files, orphan === null ? null : kataDeployDropIn)
  }
  return null
}

async function withImports(host: HostFiles, file: ConfigFile, above: readonly string[]): Promise<ConfigFile[]> {
  const files = [file]
  for (const pattern of importPatterns(file.table, file.path)) {
    for (const path of await expand(host, pattern)) {
      if (path === file.path || above.includes(path)) continue
      const imported = await readConfigFile(host, path)
      if (imported) files.push(...(await withImports(host, imported, [...above, file.path])))
    }
  }
  return files
}

async function expand(host: HostFiles, pattern: string): Promise<string[]> {
  if (!/[*?]/.test(pattern)) return [pattern]
  const folder = pattern.slice(0, pattern.lastIndexOf('/'))
  const names = await host.list(folder)
  return names.map((name) => `${folder}/${name}`).filter((path) => fitsPattern(path, pattern))
}

async function readConfigFile(host: HostFiles, path: string): Promise<ConfigFile | null> {
  const text = await host.readIfThere(path)
  if (text === null) return null
  try {
    return { path, table: parse(text) }
  } catch (cause) {
    throw new NodeProbeError(host.node, `${path} is not TOML: ${String((cause as Error).message).split('\n')[0]}`, {
      cause,
    })
  }
}
