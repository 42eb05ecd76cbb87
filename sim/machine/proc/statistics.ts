import type { Kernel } from '../kernel/kernel.ts'

const USER_HZ = 100

/** /proc/stat */
export function stat(kernel: Kernel): string {
  const usedTicks = Math.round((kernel.cpu.totalUsec() / 1e6) * USER_HZ)
  const upTicks = Math.round((upSeconds(kernel) * USER_HZ * kernel.online.length) / 1)
  const idle = Math.max(0, upTicks - usedTicks)
  const each = (share: number) =>
    `${Math.round(usedTicks / share)} 0 ${Math.round(upTicks / share / 50)} ${Math.round(idle / share)} 0 0 0 0 0 0`
  const cpus = kernel.online.map((id) => `cpu${id} ${each(kernel.online.length)}\n`).join('')
  return (
    `cpu  ${each(1)}\n${cpus}intr 0\nctxt ${upTicks * 3}\nbtime ${Math.floor(kernel.bootedAt / 1000)}\nprocesses ${kernel.rootPidNs.lastPid}\n` +
    `procs_running ${Math.max(1, kernel.cpu.running)}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`
  )
}

export function upSeconds(kernel: Kernel): number {
  return Math.max(0, kernel.timers.now() - kernel.bootedAt) / 1000
}

/** /proc/uptime: seconds since boot, and seconds that CPUs were idle */
export function uptime(kernel: Kernel): string {
  const up = upSeconds(kernel)
  const idle = Math.max(0, up * kernel.online.length - kernel.cpu.totalUsec() / 1e6)
  return `${up.toFixed(2)} ${idle.toFixed(2)}\n`
}

/** /proc/loadavg: of what computes now, smoothed by how long the machine is up */
export function loadavg(kernel: Kernel): string {
  const busy = kernel.cpu.running
  const up = upSeconds(kernel)
  const average = (seconds: number) => (busy * (1 - Math.exp(-up / seconds))).toFixed(2)
  return `${average(60)} ${average(300)} ${average(900)} ${Math.max(1, busy)}/${kernel.processes.size} ${kernel.rootPidNs.lastPid}\n`
}

/** What the guest's kernel of Kata has built in, as recorded. */
const FILE_SYSTEMS =
  'nodev sysfs|nodev tmpfs|nodev bdev|nodev proc|nodev cgroup|nodev cgroup2|nodev devtmpfs|nodev binfmt_misc|nodev debugfs|nodev sockfs|nodev bpf|nodev pipefs|nodev ramfs|nodev hugetlbfs|nodev devpts|ext3|ext2|ext4|nodev autofs|fuseblk|nodev fuse|nodev fusectl|nodev virtiofs|nodev overlay|xfs|nodev 9p|erofs|nodev mqueue'

export function filesystems(kernel: Kernel): string {
  const list = kernel.spec.filesystems ?? FILE_SYSTEMS.split('|')
  return list.map((entry) => (entry.startsWith('nodev') ? entry.replace(/\s+/, '\t') : `\t${entry}`)).join('\n') + '\n'
}

/** /proc/partitions: disks with at least one block */
export function partitions(kernel: Kernel): string {
  const rows = [...kernel.disks]
    .filter((disk) => disk.sizeBytes > 0)
    .map(
      ({ spec, sizeBytes }) =>
        `${String(spec.major).padStart(4)} ${String(spec.minor).padStart(8)} ${String(Math.floor(sizeBytes / 1024)).padStart(10)} ${spec.name}\n`,
    )
  return `major minor  #blocks  name\n\n${rows.join('')}`
}

export function diskstats(kernel: Kernel): string {
  return [...kernel.disks]
    .map(
      ({ spec }) =>
        `${String(spec.major).padStart(4)} ${String(spec.minor).padStart(7)} ${spec.name}${' 0'.repeat(17)}\n`,
    )
    .join('')
}

/** /proc/cgroups */
export function cgroups(kernel: Kernel): string {
  const names = [
    'cpuset',
    'cpu',
    'cpuacct',
    'blkio',
    'memory',
    'devices',
    'freezer',
    'net_cls',
    'perf_event',
    'net_prio',
    'hugetlb',
    'pids',
  ]
  const hierarchy = (index: number) => (kernel.spec.cgroupVersion === 1 ? index + 1 : 0)
  return `#subsys_name\thierarchy\tnum_cgroups\tenabled\n${names.map((name, index) => `${name}\t${hierarchy(index)}\t1\t1\n`).join('')}`
}
