import type { HostProcess, NodeProbe } from './nodeProbe.ts'

/** What the node counts of one of its cgroups. */
export interface HostCgroup {
  /** As /proc/PID/cgroup names it. */
  readonly path: string
  /** memory.max, MiB; null when nothing limits it, or on cgroup v1. */
  readonly limitMiB: number | null
  /** Kills of memory.events; null where the kernel has no such file. */
  readonly oomKills: number | null
}

/** The cgroup (v2) of a process of the node. */
export async function cgroupOf(
  node: Pick<NodeProbe, 'readFile' | 'readFileIfThere'>,
  { pid }: Pick<HostProcess, 'pid'>,
): Promise<HostCgroup> {
  const path = parseCgroup(await node.readFile(`/proc/${pid}/cgroup`))
  const [limit, events] = await Promise.all(
    ['memory.max', 'memory.events'].map((file) => node.readFileIfThere(`/sys/fs/cgroup${path}/${file}`)),
  )
  const bytes = Number(limit ?? '')
  return {
    path,
    limitMiB: limit !== null && limit !== undefined && bytes > 0 ? bytes / 2 ** 20 : null,
    oomKills: parseOomKills(events ?? ''),
  }
}

/** Path of the unified hierarchy: the line of hierarchy 0. Source: cgroups(7). */
export const parseCgroup = (text: string): string => /^0::(.*)$/m.exec(text)?.[1] ?? ''

/** `oom_kill` of memory.events, null where there is none. */
export function parseOomKills(text: string): number | null {
  const kills = /^oom_kill (\d+)$/m.exec(text)?.[1]
  return kills === undefined ? null : Number(kills)
}
