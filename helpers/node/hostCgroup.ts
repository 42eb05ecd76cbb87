import { hostRoot } from './hostFile.ts'

/** What the node counts of one of its cgroups. */
export interface HostCgroup {
  /** As /proc/PID/cgroup names it. */
  readonly path: string
  /** memory.max, MiB; null when nothing limits it, or on cgroup v1. */
  readonly limitMiB: number | null
  /** Kills of memory.events; null where the kernel has no such file. */
  readonly oomKills: number | null
}

/** Shell function `cgroup PID`: /proc/PID/cgroup, and of the cgroup (v2) that it names memory.max and memory.events. Fails when there is no such process. */
export const cgroupFunction = `cgroup() {
  path=$(sed -n 's/^0:://p' "/proc/$1/cgroup") || return 1
  cat "/proc/$1/cgroup" || return 1
  cat "${hostRoot}/sys/fs/cgroup$path/memory.max" "${hostRoot}/sys/fs/cgroup$path/memory.events" 2>/dev/null
  return 0
}
`

/** Prints the cgroup of a process of the node. One exec. */
export const cgroupArgv = (pid: number): string[] => ['sh', '-c', `${cgroupFunction}cgroup "$1"`, 'probe', String(pid)]

/** Reads what `cgroup` printed: the path of the unified hierarchy is that of hierarchy 0, a limit is a number alone on its line. Source: cgroups(7). */
export function parseHostCgroup(text: string): HostCgroup {
  const bytes = Number(/^\d+$/m.exec(text)?.[0] ?? 0)
  const kills = /^oom_kill (\d+)$/m.exec(text)?.[1]
  return {
    path: /^0::(.*)$/m.exec(text)?.[1] ?? '',
    limitMiB: bytes > 0 ? bytes / 2 ** 20 : null,
    oomKills: kills === undefined ? null : Number(kills),
  }
}
