import type { Kernel } from '../kernel/kernel.ts'
import { cpuList } from '../proc/cpuinfo.ts'
import { current, procs } from './cgroupFs.ts'
import type { CgroupFile } from './cgroupFs.ts'

/** No limit in cgroup v1: the largest multiple of a page in 63 bits. */
const UNLIMITED = '9223372036854771712\n'

/** The hierarchies of cgroup v1, each a tree of the same groups with its controller's files. */
export function v1Files(kernel: Kernel): Record<string, Record<string, CgroupFile>> {
  const common: Record<string, CgroupFile> = {
    'cgroup.procs': { read: (group) => procs(kernel, group), write: () => undefined },
    'cgroup.clone_children': { read: () => '0\n', write: () => undefined },
    notify_on_release: { read: () => '0\n', write: () => undefined },
    tasks: { read: (group) => procs(kernel, group), write: () => undefined },
  }
  const settled = (nanos: (usec: number) => string): CgroupFile => ({
    read: (group) => {
      kernel.cpu.settle()
      return nanos(group.usageUsec)
    },
  })
  const cpu: Record<string, CgroupFile> = {
    ...common,
    'cpu.cfs_period_us': { read: (group) => `${group.cpuPeriod}\n` },
    'cpu.cfs_quota_us': { read: (group) => `${group.cpuQuota ?? -1}\n` },
    'cpu.shares': { read: (group) => `${Math.max(2, Math.round(2 + ((group.cpuWeight - 1) * 262_142) / 9999))}\n` },
    'cpu.stat': {
      read: (group) => {
        kernel.cpu.settle()
        return `nr_periods ${Math.round(group.periods)}\nnr_throttled ${Math.round(group.throttled)}\nthrottled_time ${Math.round(group.throttledUsec * 1000)}\n`
      },
    },
    'cpuacct.usage': settled((usec) => `${Math.round(usec * 1000)}\n`),
    'cpuacct.stat': settled((usec) => `user ${Math.round(usec / 10_000)}\nsystem 0\n`),
  }
  const memory: Record<string, CgroupFile> = {
    ...common,
    'memory.failcnt': { read: (group) => `${group.memoryEvents.max}\n` },
    'memory.limit_in_bytes': {
      read: (group) => (group.memoryMaxKiB === null ? UNLIMITED : `${group.memoryMaxKiB * 1024}\n`),
    },
    'memory.max_usage_in_bytes': {
      read: (group) => `${Math.round(Math.max(group.memoryPeakKiB, current(group))) * 1024}\n`,
    },
    'memory.oom_control': {
      read: (group) => `oom_kill_disable 0\nunder_oom 0\noom_kill ${group.memoryEvents.oom_kill}\n`,
    },
    'memory.stat': {
      read: (group) =>
        `cache ${Math.round(group.shmemKiB) * 1024}\nrss ${Math.round(group.memoryKiB - group.shmemKiB) * 1024}\n`,
    },
    'memory.usage_in_bytes': { read: (group) => `${Math.round(current(group)) * 1024}\n` },
  }
  const pids: Record<string, CgroupFile> = {
    ...common,
    'pids.current': { read: (group) => `${group.allProcesses().length}\n` },
    'pids.max': { read: (group) => `${group.pidsMax ?? 'max'}\n` },
  }
  const cpuset: Record<string, CgroupFile> = {
    ...common,
    'cpuset.cpus': { read: () => `${cpuList(kernel.online)}\n` },
    'cpuset.effective_cpus': { read: () => `${cpuList(kernel.online)}\n` },
    'cpuset.mems': { read: () => '0\n' },
  }
  return {
    blkio: common,
    cpu,
    'cpu,cpuacct': cpu,
    cpuacct: cpu,
    cpuset,
    devices: common,
    freezer: common,
    hugetlb: common,
    memory,
    'net_cls,net_prio': common,
    perf_event: common,
    pids,
    systemd: common,
  }
}
