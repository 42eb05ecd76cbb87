import { MachineError } from '../machineError.ts'
import { symlink, virtualFile } from '../fs/inode.ts'
import { LazyDirectory, VirtualDirectory, virtualDirectory } from '../fs/virtualDirectory.ts'
import type { Directory, Inode, Reader, VirtualFile } from '../fs/inode.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { PidNs } from '../kernel/namespaces.ts'
import { cpuinfo } from './cpuinfo.ts'
import { meminfo } from './meminfo.ts'
import { pidDirectory } from './pidDirectory.ts'
import { cgroups, diskstats, filesystems, loadavg, partitions, stat, uptime } from './statistics.ts'

/** The root of a proc file system: it shows the processes of the PID namespace that it was mounted for. */
export function procRoot(kernel: Kernel, namespace: PidNs): Directory {
  return new LazyDirectory(kernel.timers.now(), () => new ProcRoot(kernel, namespace))
}

/** Each container of a machine has one: what they have in common is the table below. */
class ProcRoot implements Directory {
  readonly kind = 'directory'
  mode = 0o555
  uid = 0
  gid = 0
  mtime: number
  size = 0
  readonly kernel: Kernel
  readonly namespace: PidNs

  constructor(kernel: Kernel, namespace: PidNs) {
    this.kernel = kernel
    this.namespace = namespace
    this.mtime = kernel.timers.now()
  }

  get #entries(): ReadonlyMap<string, Entry> {
    return this.kernel.distribution ? OF_DISTRIBUTION : OF_GUEST
  }

  names(): string[] {
    return [
      ...[...this.namespace.processes.keys()].sort((a, b) => a - b).map(String),
      ...new Set([...this.#entries.keys(), ...this.kernel.procExtras.names()]),
    ]
  }

  lookup(name: string): Inode | undefined {
    if (name.charCodeAt(0) <= 57 && /^\d+$/.test(name)) {
      const process = this.namespace.processes.get(Number(name))
      return process ? pidDirectory(process, this.namespace) : undefined
    }
    return this.kernel.procExtras.lookup(name) ?? this.#entries.get(name)?.(this)
  }
}

type Entry = (root: ProcRoot) => Inode

const file =
  (make: (kernel: Kernel) => string, mode = 0o444): Entry =>
  ({ kernel, mtime }) =>
    virtualFile(mtime, () => make(kernel), undefined, mode)
const directory =
  (entries: Record<string, Entry> = {}): Entry =>
  (root) =>
    virtualDirectory(
      root.mtime,
      Object.fromEntries(Object.entries(entries).map(([name, make]) => [name, () => make(root)])),
    )

const cmdline = file((kernel) => `${kernel.spec.kernel.cmdline}\n`)

const EVERYWHERE: Record<string, Entry> = {
  acpi: directory(),
  buddyinfo: file(
    () => 'Node 0, zone      DMA      1      1      1      1      1      1      1      1      1      1      2 \n',
  ),
  bus: directory({ input: directory(), pci: directory() }),
  cgroups: file((kernel) => cgroups(kernel)),
  cmdline: (root) => ({
    ...(cmdline(root) as VirtualFile),
    size: root.kernel.spec.kernel.cmdline.length + 1,
  }),
  consoles: file(() => 'hvc0                 -W- (EC  p  )  229:0\n'),
  cpuinfo: file((kernel) => cpuinfo(kernel)),
  crypto: file(() => ''),
  devices: file(() => DEVICES),
  diskstats: file((kernel) => diskstats(kernel)),
  driver: directory(),
  filesystems: file((kernel) => filesystems(kernel)),
  fs: directory({ ext4: directory(), xfs: directory() }),
  interrupts: file(
    (kernel) =>
      `${' '.repeat(11)}${kernel.online.map((id) => `CPU${id}`.padEnd(11)).join('')}\n  0: ${'0'.padStart(10)}   IO-APIC   2-edge      timer\n`,
  ),
  iomem: file(() => '00000000-00000fff : Reserved\n'),
  ioports: file(() => '0000-001f : dma1\n'),
  irq: directory(),
  kallsyms: file((kernel) => kallsyms(kernel)),
  'key-users': file(() => '    0:     4 3/3 2/1000000 27/25000000\n'),
  keys: file(() => ''),
  kmsg: file((kernel) => kernel.log_.lines().join('\n'), 0o400),
  dma: file(() => '', 0o444),
  execdomains: file(() => '', 0o444),
  kpagecgroup: file(() => '', 0o400),
  kpagecount: file(() => '', 0o400),
  kpageflags: file(() => '', 0o400),
  mtrr: file(() => '', 0o644),
  pagetypeinfo: file(() => '', 0o400),
  vmallocinfo: file(() => '', 0o400),
  loadavg: file((kernel) => loadavg(kernel)),
  locks: file(() => ''),
  meminfo: file((kernel) => meminfo(kernel)),
  misc: file(() => '130 loop-control\n229 fuse\n'),
  mounts: ({ mtime }) => symlink('self/mounts', mtime),
  net: ({ mtime }) => symlink('self/net', mtime),
  partitions: file((kernel) => partitions(kernel)),
  self: ({ namespace, mtime }) => symlink((reader) => selfTarget(reader, namespace), mtime),
  slabinfo: file(() => 'slabinfo - version: 2.1\n', 0o400),
  softirqs: file(() => ''),
  stat: file((kernel) => stat(kernel)),
  swaps: file(() => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'),
  sys: ({ kernel }) => sysctlDirectory(kernel, ''),
  sysvipc: directory({ msg: file(() => MSG_HEADER), sem: file(() => SEM_HEADER), shm: file(() => SHM_HEADER) }),
  'thread-self': ({ namespace, mtime }) =>
    symlink((reader) => `${selfTarget(reader, namespace)}/task/${selfTarget(reader, namespace)}`, mtime),
  timer_list: file(() => 'Timer List Version: v0.9\n', 0o400),
  tty: directory(),
  uptime: file((kernel) => uptime(kernel)),
  version: file((kernel) => `${kernel.spec.kernel.banner.trimEnd()}\n`),
  vmstat: file(
    (kernel) =>
      `nr_free_pages ${Math.round(kernel.memory.freeKiB() / 4)}\noom_kill ${kernel.rootCgroup.memoryEvents.oom_kill}\n`,
  ),
  zoneinfo: file(() => 'Node 0, zone      DMA\n'),
}

const OF_GUEST: ReadonlyMap<string, Entry> = new Map(Object.entries(EVERYWHERE))
const OF_DISTRIBUTION: ReadonlyMap<string, Entry> = new Map([
  ...OF_GUEST,
  ['modules', file((kernel) => kernel.spec.modules ?? '')],
  [
    'sysrq-trigger',
    ({ kernel, mtime }) =>
      virtualFile(
        mtime,
        () => {
          throw new MachineError('EIO', 'Input/output error')
        },
        (text) => sysrq(kernel, text),
        0o200,
      ),
  ],
  ['kcore', file(() => '', 0o400)],
])

/** The first symbols: of a guest's kernel, and of a distribution's with its per-CPU data (recorded of privileged containers). */
const kallsyms = (kernel: Kernel): string =>
  (kernel.distribution
    ? '0000000000000000 A fixed_percpu_data\n0000000000000000 A __per_cpu_start\n0000000000001000 A cpu_debug_store\n'
    : 'ffffffff81000000 T x86_verw_sel\nffffffff81000000 T _stext\nffffffff81000000 T _text\n') +
  // Kata's guest kernel is built without CONFIG_BPF_JIT (recorded).
  (kernel.distribution || kernel.spec.shows?.bpf ? kernel.bpf.symbols() : '')

function selfTarget(reader: Reader, namespace: PidNs): string {
  const pid = reader?.pidIn(namespace) ?? 1
  if (pid === 0) throw new MachineError('ENOENT', 'No such file or directory')
  return String(pid)
}

/** Directories of /proc/sys follow from the names of the parameters. */
function sysctlDirectory(kernel: Kernel, prefix: string): Directory {
  const children = () =>
    new Set(
      kernel.sysctls
        .names()
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length).split('/')[0] as string),
    )
  const directory = new VirtualDirectory(
    kernel.bootedAt,
    () => [...children()].sort(),
    (name) => {
      const full = prefix + name
      if (kernel.sysctls.read(full, null) !== undefined) return sysctlFile(kernel, full)
      return children().has(name) ? sysctlDirectory(kernel, `${full}/`) : undefined
    },
  )
  directory.links = 1
  return directory
}

function sysctlFile(kernel: Kernel, name: string): VirtualFile {
  const readonly =
    name.startsWith('kernel/random/') ||
    name === 'kernel/osrelease' ||
    name === 'kernel/version' ||
    name === 'kernel/ostype'
  const generate = (reader: Reader) => `${kernel.sysctls.read(name, reader) ?? ''}\n`
  return virtualFile(
    kernel.bootedAt,
    generate,
    readonly ? undefined : (text, reader) => kernel.sysctls.write(name, text, reader),
  )
}

function sysrq(kernel: Kernel, text: string): void {
  kernel.log(`sysrq: ${text.trim()}`)
  if (text.startsWith('c')) kernel.panic('sysrq triggered crash')
  if (text.startsWith('b') || text.startsWith('o')) kernel.powerOff()
}

const DEVICES =
  'Character devices:\n  1 mem\n  4 tty\n  5 /dev/tty\n 10 misc\n136 pts\n229 hvc\n\nBlock devices:\n  1 ramdisk\n  7 loop\n  8 sd\n259 blkext\n'
const SHM_HEADER =
  '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n'
const MSG_HEADER =
  '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n'
const SEM_HEADER = '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n'
