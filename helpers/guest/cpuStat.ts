import type { PodHandle } from '../pods/podHandle.ts'
import { keyedFiles } from './keyedFiles.ts'

/** What a container's cgroup has used and been refused since it was made. */
export interface CpuStat {
  /** CPU time, microseconds. */
  readonly usageUs: number
  /** Enforcement periods in which the container was runnable; 0 without a quota. */
  readonly periods: number
  /** Periods in which it used its quota up. */
  readonly throttled: number
}

const paths = {
  v2: '/sys/fs/cgroup/cpu.stat',
  v1: '/sys/fs/cgroup/cpu/cpu.stat',
  v1Usage: '/sys/fs/cgroup/cpuacct/cpuacct.usage',
}

/** CPU accounting of a container's cgroup, v2 or v1. Throws when the container shows neither. */
export const cpuStat = async (pod: PodHandle): Promise<CpuStat> =>
  parseCpuStat(await keyedFiles(pod, Object.values(paths)), pod.name)

export function parseCpuStat(files: ReadonlyMap<string, string>, pod: string): CpuStat {
  const stat = files.get(paths.v2) ?? files.get(paths.v1)
  if (stat === undefined) throw new Error(`pod ${pod} shows neither ${paths.v2} nor ${paths.v1}`)
  const counter = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0)
  const nanoseconds = files.get(paths.v1Usage)
  return {
    usageUs: nanoseconds === undefined ? counter('usage_usec') : Number(nanoseconds.trim()) / 1000,
    periods: counter('nr_periods'),
    throttled: counter('nr_throttled'),
  }
}

/** What happened between two readings. */
export const since = (before: CpuStat, after: CpuStat): CpuStat => ({
  usageUs: after.usageUs - before.usageUs,
  periods: after.periods - before.periods,
  throttled: after.throttled - before.throttled,
})
