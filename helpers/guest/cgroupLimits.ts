import type { PodHandle } from '../pods/podHandle.ts'
import { keyedFiles } from './keyedFiles.ts'

/** Limits of a container's own cgroup. Null means unlimited. */
export interface CgroupLimits {
  readonly version: 1 | 2
  readonly memoryBytes: number | null
  /** CPU time per period, microseconds. */
  readonly cpuQuotaUs: number | null
  readonly cpuPeriodUs: number
}

const root = '/sys/fs/cgroup'
const v2 = { memory: `${root}/memory.max`, cpu: `${root}/cpu.max` }
const v1 = {
  memory: `${root}/memory/memory.limit_in_bytes`,
  quota: `${root}/cpu/cpu.cfs_quota_us`,
  period: `${root}/cpu/cpu.cfs_period_us`,
}

/** What the kernel calls unlimited on cgroup v1: the largest multiple of the page size in a signed 64-bit number. */
const unlimitedV1 = 2 ** 62

/**
 * The limits that the kernel under a container holds it to, from its cgroup: guests of Kata use cgroup v2 (cgroup_no_v1=all on the guest
 * kernel's command line), nodes may still have v1. Throws when neither layout is there.
 */
export async function cgroupLimits(pod: PodHandle): Promise<CgroupLimits> {
  return parseCgroupLimits(await keyedFiles(pod, [...Object.values(v2), ...Object.values(v1)]), pod.name)
}

export function parseCgroupLimits(files: ReadonlyMap<string, string>, pod: string): CgroupLimits {
  const words = (path: string): string[] => files.get(path)?.trim().split(/\s+/) ?? []
  if (files.has(v2.memory) && files.has(v2.cpu)) {
    const [quota, period] = words(v2.cpu)
    return {
      version: 2,
      memoryBytes: limit(words(v2.memory)[0]),
      cpuQuotaUs: limit(quota),
      cpuPeriodUs: Number(period),
    }
  }
  if (files.has(v1.memory) && files.has(v1.quota)) {
    const [memory, quota] = [Number(words(v1.memory)[0]), Number(words(v1.quota)[0])]
    return {
      version: 1,
      memoryBytes: memory >= unlimitedV1 ? null : memory,
      cpuQuotaUs: quota < 0 ? null : quota,
      cpuPeriodUs: Number(words(v1.period)[0]),
    }
  }
  throw new Error(`pod ${pod} shows neither ${v2.memory} and ${v2.cpu} nor ${v1.memory} and ${v1.quota}`)
}

const limit = (word: string | undefined): number | null => (word === 'max' ? null : Number(word))
