import type { NodeProbe } from '../node/nodeProbe.ts'
import { handlerFiles } from './handlerFiles.ts'

/** What of an installation its classes use, and what lies beside it. */
export interface Installed {
  readonly node: string
  /** First folders of the files: bin, share. */
  readonly parts: readonly string[]
  /** SHA-256 of what a handler runs and its guests boot from, by `handler role`: links followed; null where there is no such file. */
  readonly used: Readonly<Record<string, string | null>>
  /** Bytes of every file that is installed for all nodes alike. */
  readonly files: Readonly<Record<string, number>>
}

// Everything that is installed for all, and nothing that is a node's own: drop-ins depend on its distribution, containerd's on its version.
const shared = /^(bin|libexec|runtime-rs\/bin|share\/kata-containers)\//

/** Reads what is installed below a folder of a node. */
export async function installed(probe: NodeProbe, folder: string): Promise<Installed> {
  const files = ((await probe.inventory(folder)) ?? []).filter(({ path }) => shared.test(path))
  return {
    node: probe.node,
    parts: [...new Set(files.map(({ path }) => path.split('/')[0] ?? ''))],
    used: await usedDigests(probe, folder),
    files: Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])),
  }
}

async function usedDigests(probe: NodeProbe, folder: string): Promise<Record<string, string | null>> {
  const named = await handlerFiles(probe, folder)
  const digests = new Map<string, string | null>()
  // One at a time: guest images have hundreds of MiB, and others work on the node.
  for (const { path } of named) if (!digests.has(path)) digests.set(path, await digest(probe, path))
  return Object.fromEntries(named.map(({ handler, role, path }) => [`${handler} ${role}`, digests.get(path) ?? null]))
}

async function digest(probe: NodeProbe, path: string): Promise<string | null> {
  const real = (await probe.realPath(path))?.slice(1)
  return real === undefined ? null : ((await probe.digests('/', [real])).get(real) ?? null)
}

/** The entries of two records that both have, for comparing what both nodes must have alike. */
export const inBoth = <T>(one: Readonly<Record<string, T>>, other: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(one).filter(([key]) => key in other))

/** Names of entries that only one of two records has, or that differ. */
export const differing = <T>(one: Readonly<Record<string, T>>, other: Readonly<Record<string, T>>): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => one[key] !== other[key]).sort()
