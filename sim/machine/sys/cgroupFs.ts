import { MachineError } from '../machineError.ts'
import { virtualFile } from '../fs/inode.ts'
import { LazyDirectory, VirtualDirectory } from '../fs/virtualDirectory.ts'
import type { Directory, Inode } from '../fs/inode.ts'
import type { Cgroup } from '../kernel/cgroup.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { cpuList } from '../proc/cpuinfo.ts'
import { v1Files } from './cgroupV1.ts'

export interface CgroupFile {
  read: (group: Cgroup) => string
  write?: (group: Cgroup, text: string) => void
  /** 0o200 for those that are only written. */
  mode?: number
  /** Not in the root group. */
  notInRoot?: boolean
}

/** The cgroup v2 tree below a group, as it is mounted for a container or for the machine. */
export function cgroupRoot(kernel: Kernel, group: Cgroup): Directory {
  const make = () =>
    kernel.spec.cgroupVersion === 2 ? groupDirectory(kernel, group, filesOf(kernel)) : v1Root(kernel, group)
  return new LazyDirectory(group.createdAt, make, kernel.spec.cgroupVersion === 2 ? 0o755 : 0o555)
}

const tables = new WeakMap<Kernel, Record<string, CgroupFile>>()

function filesOf(kernel: Kernel): Record<string, CgroupFile> {
  let table = tables.get(kernel)
  if (!table) tables.set(kernel, (table = v2Files(kernel)))
  return table
}

function v1Root(kernel: Kernel, group: Cgroup): Directory {
  const controllers = v1Files(kernel)
  return new VirtualDirectory(
    kernel.bootedAt,
    () => Object.keys(controllers),
    (name) => {
      const files = Object.hasOwn(controllers, name) ? controllers[name] : undefined
      return files ? groupDirectory(kernel, group, files) : undefined
    },
  )
}

export function groupDirectory(kernel: Kernel, group: Cgroup, files: Record<string, CgroupFile>): Directory {
  const isFile = (name: string) => Object.hasOwn(files, name) && !(group.parent === null && files[name]?.notInRoot)
  return new VirtualDirectory(
    group.createdAt,
    () => [...Object.keys(files).filter(isFile), ...group.children.keys()],
    (name) => {
      const child = group.children.get(name)
      if (child) return groupDirectory(kernel, child, files)
      return isFile(name) ? groupFile(group, files[name] as CgroupFile) : undefined
    },
    0o755,
  )
}

function groupFile(group: Cgroup, file: CgroupFile): Inode {
  const { write } = file
  return virtualFile(
    group.createdAt,
    () => file.read(group),
    write ? (text) => write(group, text.trim()) : undefined,
    file.mode ?? (write ? 0o644 : 0o444),
  )
}

function bytes(kib: number | null): string {
  return kib === null ? 'max\n' : `${Math.round(kib) * 1024}\n`
}

function limit(text: string): number | null {
  if (text === 'max' || text === '-1') return null
  const match = /^(\d+)([kmg]?)$/i.exec(text)
  if (!match) throw new MachineError('EINVAL', 'Invalid argument')
  return (Number(match[1]) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? '').toLowerCase()]!) / 1024
}

function v2Files(kernel: Kernel): Record<string, CgroupFile> {
  const fixed = (text: string, mode?: number): CgroupFile =>
    mode === undefined ? { read: () => text } : { read: () => text, mode }
  const setting = (text: string): CgroupFile => ({ read: () => text, write: () => undefined, notInRoot: true })
  // a distribution's kernel has more than Kata's guest (recorded)
  const controllers = `cpuset cpu io memory hugetlb pids${kernel.distribution ? ' rdma misc' : ''}`
  const files: Record<string, CgroupFile> = {
    'cgroup.controllers': fixed(`${controllers}\n`),
    'cgroup.events': {
      read: (group) => `populated ${group.allProcesses().length > 0 ? 1 : 0}\nfrozen 0\n`,
      notInRoot: true,
    },
    'cgroup.freeze': setting('0\n'),
    'cgroup.kill': {
      read: () => '',
      write: (group) => group.allProcesses().forEach((process) => process.terminate('KILL')),
      mode: 0o200,
      notInRoot: true,
    },
    'cgroup.max.depth': { read: () => 'max\n', write: () => undefined },
    'cgroup.max.descendants': { read: () => 'max\n', write: () => undefined },
    'cgroup.procs': { read: (group) => procs(kernel, group), write: (group, text) => move(kernel, group, text) },
    'cgroup.stat': { read: (group) => `nr_descendants ${group.children.size}\nnr_dying_descendants 0\n` },
    'cgroup.subtree_control': {
      read: (group) => (group.children.size > 0 ? `${controllers}\n` : '\n'),
      write: () => undefined,
    },
    'cgroup.threads': { read: (group) => procs(kernel, group), write: () => undefined },
    'cgroup.type': setting('domain\n'),
    'cpu.idle': setting('0\n'),
    'cpu.max': {
      read: (group) => `${group.cpuQuota ?? 'max'} ${group.cpuPeriod}\n`,
      write: (group, text) => setCpuMax(kernel, group, text),
      notInRoot: true,
    },
    'cpu.max.burst': setting('0\n'),
    'cpu.stat': { read: (group) => cpuStat(kernel, group) },
    'cpu.stat.local': { read: (group) => `throttled_usec ${Math.round(group.throttledUsec)}\n`, notInRoot: true },
    'cpu.weight': {
      read: (group) => `${group.cpuWeight}\n`,
      write: (group, text) => setWeight(kernel, group, text),
      notInRoot: true,
    },
    'cpu.weight.nice': setting('19\n'),
    'cpuset.cpus': setting('\n'),
    'cpuset.cpus.effective': { read: () => `${cpuList(kernel.online)}\n` },
    'cpuset.cpus.exclusive': setting('\n'),
    'cpuset.cpus.exclusive.effective': { read: () => '\n', notInRoot: true },
    'cpuset.cpus.partition': setting('member\n'),
    'cpuset.mems': setting('\n'),
    'cpuset.mems.effective': fixed('0\n'),
    'io.max': setting(''),
    'io.stat': { read: () => '' },
    'memory.current': { read: (group) => bytes(current(group)), notInRoot: true },
    'memory.events': { read: (group) => events(group), notInRoot: true },
    'memory.events.local': { read: (group) => events(group), notInRoot: true },
    'memory.high': setting('max\n'),
    'memory.low': setting('0\n'),
    'memory.max': {
      read: (group) => bytes(group.memoryMaxKiB),
      write: (group, text) => setMemoryMax(group, text),
      notInRoot: true,
    },
    'memory.min': setting('0\n'),
    'memory.numa_stat': { read: (group) => `anon N0=${Math.round(group.memoryKiB) * 1024}\n` },
    'memory.oom.group': {
      read: (group) => `${group.oomGroup ? 1 : 0}\n`,
      write: (group, text) => (group.oomGroup = text === '1'),
      notInRoot: true,
    },
    'memory.peak': {
      read: (group) => bytes(Math.max(group.memoryPeakKiB, current(group))),
      write: () => undefined,
      notInRoot: true,
    },
    'memory.reclaim': { read: () => '', write: () => undefined, mode: 0o200 },
    'memory.stat': { read: (group) => memoryStat(group) },
    'memory.swap.current': { read: () => '0\n', notInRoot: true },
    'memory.swap.events': { read: () => 'high 0\nmax 0\nfail 0\n', notInRoot: true },
    'memory.swap.high': setting('max\n'),
    'memory.swap.max': setting('max\n'),
    'memory.swap.peak': { read: () => '0\n', write: () => undefined, notInRoot: true },
    'pids.current': { read: (group) => `${group.allProcesses().length}\n`, notInRoot: true },
    'pids.events': { read: (group) => `max ${group.pidsMaxEvents}\n`, notInRoot: true },
    'pids.events.local': { read: (group) => `max ${group.pidsMaxEvents}\n`, notInRoot: true },
    'pids.max': {
      read: (group) => `${group.pidsMax ?? 'max'}\n`,
      write: (group, text) => (group.pidsMax = text === 'max' ? null : Number(text)),
      notInRoot: true,
    },
    'pids.peak': { read: (group) => `${group.pidsPeak}\n`, notInRoot: true },
  }
  for (const size of ['1GB', '2MB']) {
    for (const [name, text] of [
      ['current', '0\n'],
      ['events', 'max 0\n'],
      ['events.local', 'max 0\n'],
      ['max', 'max\n'],
      ['numa_stat', 'total=0 N0=0\n'],
      ['rsvd.current', '0\n'],
      ['rsvd.max', 'max\n'],
    ] as const) {
      files[`hugetlb.${size}.${name}`] = name.endsWith('max') ? setting(text) : { read: () => text, notInRoot: true }
    }
  }
  if (kernel.distribution) {
    for (const name of ['cgroup', 'cpu', 'io', 'memory'])
      files[`${name}.pressure`] = { read: () => PRESSURE, write: () => undefined }
    for (const [name, text] of ofDistribution)
      files[name] = /max$|weight$|writeback$/.test(name) ? setting(text) : { read: () => text, notInRoot: true }
  } else files['cgroup.stat.local'] = { read: () => 'frozen_usec 0\n', notInRoot: true }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Files of controllers that only a distribution's kernel has. */
const ofDistribution: readonly (readonly [name: string, text: string])[] = [
  ['io.weight', 'default 100\n'],
  ['memory.zswap.current', '0\n'],
  ['memory.zswap.max', 'max\n'],
  ['memory.zswap.writeback', '1\n'],
  ['misc.current', ''],
  ['misc.events', ''],
  ['misc.events.local', ''],
  ['misc.max', ''],
  ['misc.peak', ''],
  ['rdma.current', ''],
  ['rdma.max', ''],
]

const PRESSURE = 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n'

/** What a group holds beside what its processes allocate: kernel memory and the pages of its program, 1.8 MiB as recorded. */
export function current(group: Cgroup): number {
  const held = group.processes.size > 0 ? 1840 : 0
  const all = group.memoryKiB + held
  return group.memoryMaxKiB === null || !group.enforcesMemory ? all : Math.min(all, group.memoryMaxKiB)
}

export function events(group: Cgroup): string {
  return Object.entries(group.memoryEvents)
    .map(([name, count]) => `${name} ${count}\n`)
    .join('')
}

function cpuStat(kernel: Kernel, group: Cgroup): string {
  kernel.cpu.settle()
  const usage = Math.round(group.usageUsec)
  const head = `usage_usec ${usage}\nuser_usec ${Math.round(usage * 0.85)}\nsystem_usec ${usage - Math.round(usage * 0.85)}\nnice_usec 0\n`
  if (group.parent === null) return head
  return `${head}nr_periods ${Math.round(group.periods)}\nnr_throttled ${Math.round(group.throttled)}\nthrottled_usec ${Math.round(group.throttledUsec)}\nnr_bursts 0\nburst_usec 0\n`
}

function memoryStat(group: Cgroup): string {
  const anon = Math.round(group.memoryKiB - group.shmemKiB) * 1024
  return `anon ${anon}\nfile ${Math.round(group.shmemKiB) * 1024 + 1_400_000}\nkernel 520192\nkernel_stack 16384\npagetables 61440\nsec_pagetables 0\npercpu 480\nsock 0\nvmalloc 0\nshmem ${Math.round(group.shmemKiB) * 1024}\nfile_mapped 0\nfile_dirty 0\nfile_writeback 0\ninactive_anon ${anon}\nactive_anon 0\ninactive_file 0\nactive_file 0\nunevictable 0\nslab_reclaimable 90000\nslab_unreclaimable 260000\nslab 350000\npgfault 1000\npgmajfault 0\n`
}

export function procs(kernel: Kernel, group: Cgroup): string {
  const namespace = kernel.reader?.context.pidNs ?? kernel.rootPidNs
  return [...group.processes].map((process) => `${process.pidIn(namespace)}\n`).join('')
}

function move(kernel: Kernel, group: Cgroup, text: string): void {
  const process = (kernel.reader?.context.pidNs ?? kernel.rootPidNs).processes.get(
    Number(text) || (kernel.reader?.ownPid ?? 0),
  )
  if (!process) throw new MachineError('ESRCH', 'No such process')
  process.cgroup.leave(process)
  process.context.cgroup = group
  group.enter(process)
}

function setCpuMax(kernel: Kernel, group: Cgroup, text: string): void {
  const [quota = 'max', period] = text.split(/\s+/)
  kernel.cpu.settle()
  group.cpuQuota = quota === 'max' ? null : Number(quota)
  if (period) group.cpuPeriod = Number(period)
  kernel.cpu.limitsChanged()
}

function setWeight(kernel: Kernel, group: Cgroup, text: string): void {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 10_000)
    throw new MachineError('ERANGE', 'Result not representable')
  group.cpuWeight = Number(text)
  kernel.cpu.limitsChanged()
}

function setMemoryMax(group: Cgroup, text: string): void {
  group.memoryMaxKiB = limit(text)
}
