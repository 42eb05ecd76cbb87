import { MachineError } from '../machine.ts'
import { LazyDirectory, VirtualDirectory, symlink, virtualDirectory, virtualFile } from '../fs/inode.ts'
import type { Directory, Inode, Reader, VirtualFile } from '../fs/inode.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { PidNs } from '../kernel/namespaces.ts'
import { cpuinfo } from './cpuinfo.ts'
import { meminfo } from './meminfo.ts'
import { pidDirectory } from './pidDirectory.ts'
import { cgroups, diskstats, filesystems, loadavg, partitions, stat, uptime } from './statistics.ts'

/** The root of a proc file system: it shows the processes of the PID namespace that it was mounted for. */
export function procRoot(kernel: Kernel, namespace: PidNs): Directory {
  return new LazyDirectory(kernel.timers.now(), () => procDirectory(kernel, namespace))
}

function procDirectory(kernel: Kernel, namespace: PidNs): Directory {
  const now = kernel.timers.now()
  const file =
    (make: () => string, mode = 0o444) =>
    () =>
      virtualFile(now, make, undefined, mode)
  const empty = () => virtualDirectory(now, {})
  const entries: Record<string, () => Inode> = {
    acpi: empty,
    buddyinfo: file(
      () => 'Node 0, zone      DMA      1      1      1      1      1      1      1      1      1      1      2 \n',
    ),
    bus: () => virtualDirectory(now, { input: empty, pci: empty }),
    cgroups: file(() => cgroups(kernel)),
    cmdline: () => ({
      ...file(() => `${kernel.spec.kernel.cmdline}\n`)(),
      size: kernel.spec.kernel.cmdline.length + 1,
    }),
    consoles: file(() => 'hvc0                 -W- (EC  p  )  229:0\n'),
    cpuinfo: file(() => cpuinfo(kernel)),
    crypto: file(() => ''),
    devices: file(() => DEVICES),
    diskstats: file(() => diskstats(kernel)),
    driver: empty,
    filesystems: file(() => filesystems(kernel)),
    fs: () => virtualDirectory(now, { ext4: empty, xfs: empty }),
    interrupts: file(
      () =>
        `${' '.repeat(11)}${kernel.online.map((id) => `CPU${id}`.padEnd(11)).join('')}\n  0: ${'0'.padStart(10)}   IO-APIC   2-edge      timer\n`,
    ),
    iomem: file(() => '00000000-00000fff : Reserved\n'),
    ioports: file(() => '0000-001f : dma1\n'),
    irq: empty,
    kallsyms: file(() => kallsyms(kernel)),
    'key-users': file(() => '    0:     4 3/3 2/1000000 27/25000000\n'),
    keys: file(() => ''),
    kmsg: () => virtualFile(now, () => kernel.log_.lines().join('\n'), undefined, 0o400),
    dma: file(() => '', 0o444),
    execdomains: file(() => '', 0o444),
    kpagecgroup: file(() => '', 0o400),
    kpagecount: file(() => '', 0o400),
    kpageflags: file(() => '', 0o400),
    mtrr: file(() => '', 0o644),
    pagetypeinfo: file(() => '', 0o400),
    vmallocinfo: file(() => '', 0o400),
    loadavg: file(() => loadavg(kernel)),
    locks: file(() => ''),
    meminfo: file(() => meminfo(kernel)),
    misc: file(() => '130 loop-control\n229 fuse\n'),
    mounts: () => symlink('self/mounts', now),
    net: () => symlink('self/net', now),
    partitions: file(() => partitions(kernel)),
    self: () => ({ ...symlink((reader) => selfTarget(reader, namespace), now) }),
    slabinfo: file(() => 'slabinfo - version: 2.1\n', 0o400),
    softirqs: file(() => ''),
    stat: file(() => stat(kernel)),
    swaps: file(() => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'),
    sys: () => sysctlDirectory(kernel, ''),
    sysvipc: () =>
      virtualDirectory(now, { msg: file(() => MSG_HEADER), sem: file(() => SEM_HEADER), shm: file(() => SHM_HEADER) }),
    'thread-self': () =>
      symlink((reader) => `${selfTarget(reader, namespace)}/task/${selfTarget(reader, namespace)}`, now),
    timer_list: file(() => 'Timer List Version: v0.9\n', 0o400),
    tty: empty,
    uptime: file(() => uptime(kernel)),
    version: file(() => `${kernel.spec.kernel.banner.trimEnd()}\n`),
    vmstat: file(
      () =>
        `nr_free_pages ${Math.round(kernel.memory.freeKiB() / 4)}\noom_kill ${kernel.rootCgroup.memoryEvents.oom_kill}\n`,
    ),
    zoneinfo: file(() => 'Node 0, zone      DMA\n'),
  }
  if (kernel.distribution) {
    entries.modules = file(() => kernel.spec.modules ?? '')
    entries['sysrq-trigger'] = () =>
      virtualFile(
        now,
        () => {
          throw new MachineError('EIO', 'Input/output error')
        },
        (text) => sysrq(kernel, text),
        0o200,
      )
    entries.kcore = file(() => '', 0o400)
  }
  const names = Object.keys(entries)
  return new VirtualDirectory(
    now,
    () => [
      ...[...namespace.processes.keys()].sort((a, b) => a - b).map(String),
      ...new Set([...names, ...kernel.procExtras.names()]),
    ],
    (name) => {
      if (name.charCodeAt(0) <= 57 && /^\d+$/.test(name)) {
        const process = namespace.processes.get(Number(name))
        return process ? pidDirectory(process, namespace) : undefined
      }
      return kernel.procExtras.lookup(name) ?? (Object.hasOwn(entries, name) ? entries[name]?.() : undefined)
    },
  )
}

/** The first symbols: of a guest's kernel, and of a distribution's with its per-CPU data (recorded of privileged containers). */
const kallsyms = (kernel: Kernel): string =>
  kernel.distribution
    ? '0000000000000000 A fixed_percpu_data\n0000000000000000 A __per_cpu_start\n0000000000001000 A cpu_debug_store\n'
    : 'ffffffff81000000 T x86_verw_sel\nffffffff81000000 T _stext\nffffffff81000000 T _text\n'

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
