import { symlink, virtualFile } from '../fs/inode.ts'
import { MemoryDirectory } from '../fs/memoryDirectory.ts'
import { LazyDirectory, VirtualDirectory, virtualDirectory } from '../fs/virtualDirectory.ts'
import type { Directory, Inode, Reader } from '../fs/inode.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { NetNs } from '../kernel/namespaces.ts'
import type { NetInterface } from '../machineNetwork.ts'
import { cpuList } from '../proc/cpuinfo.ts'

const SECTOR = 512

/** The root of a sysfs: devices of the machine, interfaces of the reader's network namespace as it was mounted for. */
export function sysRoot(kernel: Kernel, network: NetNs): Directory {
  return new LazyDirectory(kernel.timers.now(), () => {
    const root = { kernel, network, now: kernel.timers.now() }
    const model = new SysDirectory(root, kernel.distribution ? OF_DISTRIBUTION : OF_GUEST, 0o555)
    return merged(model, kernel.sysExtras, root.now)
  })
}

interface SysRoot {
  readonly kernel: Kernel
  readonly network: NetNs
  readonly now: number
}

type Entry = (root: SysRoot) => Inode
type Entries = Readonly<Record<string, Entry>>

/** A directory of the tree below, which all machines share. */
class SysDirectory implements Directory {
  readonly kind = 'directory'
  mode: number
  uid = 0
  gid = 0
  mtime: number
  size = 0
  readonly root: SysRoot
  readonly entries: Entries

  constructor(root: SysRoot, entries: Entries, mode: number) {
    this.root = root
    this.entries = entries
    this.mode = mode
    this.mtime = root.now
  }

  names(): string[] {
    return Object.keys(this.entries)
  }

  lookup(name: string): Inode | undefined {
    return Object.hasOwn(this.entries, name) ? this.entries[name]?.(this.root) : undefined
  }
}

const dir =
  (entries: Entries): Entry =>
  (root) =>
    new SysDirectory(root, entries, 0o755)
const empty = dir({})

const tree = (distribution: boolean): Entries => ({
  block: ({ kernel, now }) => blockDirectory(kernel, now),
  bus: dir({ pci: dir({ devices: empty, drivers: empty }), virtio: dir({ devices: empty }) }),
  class: dir({
    block: ({ kernel, now }) => blockDirectory(kernel, now),
    net: ({ network, now }) => netClass(network, now),
  }),
  dev: dir({ block: ({ kernel, now }) => disksByNumber(kernel, now), char: empty }),
  devices: dir({
    system: dir({
      cpu: ({ kernel, now }) => cpuDirectory(kernel, now),
      memory: ({ kernel, now }) => memoryDirectory(kernel, now),
      node: dir({ node0: empty }),
    }),
    virtual: dir({ net: ({ network, now }) => netClass(network, now) }),
  }),
  firmware: dir({
    acpi: empty,
    ...(distribution ? { dmi: empty } : {}),
    memmap: empty,
    ...(distribution ? {} : { qemu_fw_cfg: empty }),
  }),
  fs: dir({ bpf: empty, cgroup: ({ now }) => new MemoryDirectory(0o755, now), ext4: empty, fuse: empty }),
  hypervisor: empty,
  kernel: dir({
    mm: dir({
      transparent_hugepage: dir({
        enabled: ({ now }) =>
          virtualFile(
            now,
            () => 'always [madvise] never\n',
            () => undefined,
          ),
      }),
    }),
    security: empty,
    ...(distribution
      ? {
          btf: dir({ vmlinux: ({ now }) => virtualFile(now, () => '') }),
          debug: empty,
          tracing: empty,
        }
      : { debug: empty }),
  }),
  module: empty,
  power: empty,
})

const OF_GUEST = tree(false)
const OF_DISTRIBUTION = tree(true)

/** Two trees seen as one; where both have a file the second wins. */
function merged(first: Directory, second: Directory, now: number): Directory {
  return new VirtualDirectory(
    now,
    (reader) => [...new Set([...first.names(reader), ...second.names(reader)])],
    (name, reader) => {
      const a = first.lookup(name, reader)
      const b = second.lookup(name, reader)
      if (a?.kind === 'directory' && b?.kind === 'directory') return merged(a, b, now)
      return b ?? a
    },
  )
}

function cpuDirectory(kernel: Kernel, now: number): Directory {
  const file = (make: () => string) => () => virtualFile(now, make)
  const possible = Array.from({ length: kernel.spec.possibleCpus }, (_, id) => id)
  const fixed: Record<string, () => Inode> = {
    kernel_max: file(() => '511\n'),
    online: file(() => `${cpuList(kernel.online)}\n`),
    offline: file(() => `${cpuList(possible.filter((id) => !kernel.online.includes(id)))}\n`),
    possible: file(() => `${cpuList(possible)}\n`),
    present: file(() => `${cpuList(kernel.online)}\n`),
    smt: () => virtualDirectory(now, { active: file(() => '0\n'), control: file(() => 'notsupported\n') }),
    vulnerabilities: () => virtualDirectory(now, { meltdown: file(() => 'Not affected\n') }),
  }
  return new VirtualDirectory(
    now,
    () => [...kernel.online.map((id) => `cpu${id}`), ...Object.keys(fixed)],
    (name) => {
      if (Object.hasOwn(fixed, name)) return fixed[name]?.()
      const id = /^cpu(\d+)$/.exec(name)
      if (!id || !kernel.online.includes(Number(id[1]))) return undefined
      const topology = () =>
        virtualDirectory(now, { core_id: file(() => `${id[1]}\n`), physical_package_id: file(() => '0\n') })
      return virtualDirectory(now, { ...(id[1] === '0' ? {} : { online: file(() => '1\n') }), topology })
    },
  )
}

function memoryDirectory(kernel: Kernel, now: number): Directory {
  const file = (make: () => string) => () => virtualFile(now, make)
  const fixed: Record<string, () => Inode> = {
    auto_online_blocks: file(() => 'online\n'),
    block_size_bytes: file(() => `${(kernel.spec.memory.blockMiB * 1024 * 1024).toString(16)}\n`),
    uevent: () =>
      virtualFile(
        now,
        () => '',
        () => undefined,
        0o200,
      ),
  }
  const blocks = () => Array.from({ length: kernel.memoryBlocks.total }, (_, index) => `memory${index}`)
  return new VirtualDirectory(
    now,
    () => [...Object.keys(fixed), ...blocks()],
    (name) => {
      if (Object.hasOwn(fixed, name)) return fixed[name]?.()
      const index = Number(/^memory(\d+)$/.exec(name)?.[1] ?? -1)
      if (index < 0 || index >= kernel.memoryBlocks.total) return undefined
      const online = index < kernel.memoryBlocks.online
      return virtualDirectory(now, {
        online: file(() => `${online ? 1 : 0}\n`),
        phys_index: file(() => `${index.toString(16).padStart(8, '0')}\n`),
        removable: file(() => '1\n'),
        state: () =>
          virtualFile(
            now,
            () => (online ? 'online\n' : 'offline\n'),
            (text) => setState(kernel, index, text),
          ),
      })
    },
  )
}

function setState(kernel: Kernel, index: number, text: string): void {
  if (!text.startsWith('online') || index < kernel.memoryBlocks.online) return
  kernel.memoryBlocks.online++
  kernel.memory.totalKiB += kernel.spec.memory.blockMiB * 1024
}

function netClass(network: NetNs, now: number): Directory {
  return new VirtualDirectory(
    now,
    () => network.interfaces.map((device) => device.name).sort(),
    (name) => {
      const index = network.interfaces.findIndex((device) => device.name === name)
      return index < 0 ? undefined : interfaceDirectory(network.interfaces[index] as NetInterface, index, network, now)
    },
  )
}

function interfaceDirectory(device: NetInterface, place: number, network: NetNs, now: number): Directory {
  const file = (text: string) => () => virtualFile(now, () => `${text}\n`)
  const index = device.index ?? place + 1
  const { driver } = device
  const ports = network.interfaces.filter(({ master }) => master === device.name)
  const link = (target: string) => () => symlink(target, now)
  return virtualDirectory(now, {
    ...(driver === undefined
      ? {}
      : { device: () => virtualDirectory(now, { driver: link(`../../../../bus/virtio/drivers/${driver}`) }) }),
    ...(ports.length === 0
      ? {}
      : {
          brif: () =>
            virtualDirectory(now, Object.fromEntries(ports.map(({ name }) => [name, () => virtualDirectory(now, {})]))),
        }),
    ...(device.master === undefined ? {} : { master: link(`../${device.master}`) }),
    iflink: file(String(device.peer ?? index)),
    address: file(device.mac),
    carrier: file(device.up ? '1' : '0'),
    ifindex: file(String(index)),
    mtu: file(String(device.mtu)),
    operstate: file(device.name === 'lo' ? 'unknown' : device.up ? 'up' : 'down'),
    speed: file('-1'),
    tx_queue_len: file('1000'),
    type: file(device.name === 'lo' ? '772' : '1'),
  })
}

/** /sys/dev/block: links by major:minor. */
function disksByNumber(kernel: Kernel, now: number): Directory {
  const disks = () => [...kernel.disks].filter((disk) => !disk.spec.partition)
  const numbers = ({ spec }: { spec: { major: number; minor: number } }) => `${spec.major}:${spec.minor}`
  return new VirtualDirectory(
    now,
    () => disks().map(numbers),
    (name) => {
      const disk = disks().find((candidate) => numbers(candidate) === name)
      return disk && symlink(`../../block/${disk.spec.name}`, now)
    },
  )
}

function blockDirectory(kernel: Kernel, now: number): Directory {
  const disks = () => [...kernel.disks].filter((disk) => !disk.spec.partition)
  const file = (text: string) => () => virtualFile(now, () => `${text}\n`)
  return new VirtualDirectory(
    now,
    () =>
      disks()
        .map((disk) => disk.spec.name)
        .sort(),
    (name, _reader: Reader) => {
      const disk = disks().find((candidate) => candidate.spec.name === name)
      if (!disk) return undefined
      const entries: Record<string, () => Inode> = {
        dev: file(`${disk.spec.major}:${disk.spec.minor}`),
        queue: () =>
          virtualDirectory(now, {
            rotational: file(disk.spec.rotational ? '1' : '0'),
            logical_block_size: file('512'),
            physical_block_size: file('512'),
          }),
        removable: file('0'),
        ro: file(disk.readonly ? '1' : '0'),
        size: file(String(Math.floor(disk.sizeBytes / SECTOR))),
        subsystem: () => symlink('../../../../class/block', now),
      }
      const { vendor, serial, mapped } = disk.spec
      if (vendor !== undefined) entries['device'] = () => virtualDirectory(now, { vendor: file(vendor.padEnd(8)) })
      if (mapped !== undefined) entries['dm'] = () => virtualDirectory(now, { name: file(mapped) })
      if (serial !== undefined) entries['serial'] = file(serial)
      const { backingPath } = disk
      if (backingPath !== undefined) entries['loop'] = () => virtualDirectory(now, { backing_file: file(backingPath) })
      return virtualDirectory(now, entries)
    },
  )
}
