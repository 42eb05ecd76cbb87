import type { Clock } from '../clock.ts'
import type { MachineContainer, MachineContainerSpec } from './machineContainer.ts'
import type { MachineFiles } from './machineFiles.ts'
import type { MachineNetwork, MachineStream, NetNamespace } from './machineNetwork.ts'

/**
 * A modelled Linux system: one kernel with its memory, CPUs, file systems, processes, namespaces and cgroups. A node is one, and so is
 * the guest of every sandbox. A container of runc runs on the node's machine, one of Kata on its guest's: nothing else tells them apart.
 */
export interface MachineSpec {
  hostname: string
  kernel: {
    /** uname -r */
    release: string
    /** uname -v */
    version: string
    /** /proc/version */
    banner: string
    /** /proc/cmdline */
    cmdline: string
  }
  bootId: string
  cpu: { vendor: 'GenuineIntel' | 'AuthenticAMD'; model: string; flags: string[] }
  /** Ids of the CPUs that are online at boot. */
  cpus: number[]
  /** CPUs that can ever be (maxcpus). */
  possibleCpus: number
  memory: {
    /** MemTotal, KiB: what the kernel leaves of the RAM. */
    totalKiB: number
    /** The RAM itself, MiB: its blocks are in /sys/devices/system/memory. Default: the blocks that MemTotal needs. */
    ramMiB?: number
    /** What the idle system uses, KiB: kernel, agent or daemons, by /proc/meminfo's keys. */
    idle: {
      slabReclaimable: number
      slabUnreclaimable: number
      percpu: number
      anon: number
      mapped: number
      buffers: number
      cached: number
      kernelStack: number
      pageTables: number
      /** Used by the kernel and counted nowhere (direct map, memmap of DAX, virtio rings). Default 0. */
      other?: number
    }
    /** Size of a memory block of hot-plug, MiB. */
    blockMiB: number
  }
  cgroupVersion: 1 | 2
  /** Times that computing takes here beside a machine that is not virtual. Default 1. */
  cpuSlowdown?: number
  /**
   * How fast written data reaches its disk when it is flushed (dd conv=fsync or fdatasync, sync), bytes a second by type of file system:
   * virtiofs of a guest, ext4 of a node, `disk` of a block device itself. A type that is not named takes no time.
   */
  flushBytesPerSecond?: Record<string, number>
  /**
   * How fast files are written without a flush and read, bytes a second by type of file system; what copying takes is part of it. A type that is not named
   * takes what copying takes. `again` is of pages that this machine has in its page cache.
   */
  transferBytesPerSecond?: Record<string, { write: number; read: number; again: number }>
  /** ms that a flush of a block device takes whatever was written. Default 0. */
  diskFlushMs?: number
  /** Departures: what another system answers in place of this kernel (faults guest-sees-node-memory, guest-dmesg-is-the-hosts). */
  shows?: {
    meminfo?: () => { MemTotal: number; MemFree: number; MemAvailable: number }
    kernelLog?: () => readonly string[]
    /** The machine whose eBPF programs bpf() acts on instead. */
    bpf?: Machine
  }
  /** Departures: another system to which also happens what a process does to this one (faults guest-sysctls-reach-node and its like). */
  reaches?: {
    /** A signal to a PID that the sender's namespace lacks; '0' only asks. @returns whether there is such a process. */
    signal?: (pid: number, signal: string) => boolean
    /** A connection to a loopback address that nothing here accepts. */
    loopback?: (port: number) => Promise<MachineStream>
    setTime?: (ms: number) => void
    setSysctl?: (name: string, value: string) => void
    kernelMessage?: (text: string) => void
    address?: (device: string, address: string) => void
  }
  clock: Clock
  /** Lines of the kernel log at boot, without the time stamp. */
  bootLog?: string[]
  /** Text of /proc/modules; the file does not exist when this is absent (a kernel without modules: Kata's guest). */
  modules?: string
  /** Values below /proc/sys that differ from a default kernel's: 'vm/max_map_count' -> '65530'. */
  sysctls?: Record<string, string>
  /** /proc/filesystems beyond what the mounts need; the recorded guest's list when absent. */
  filesystems?: string[]
  /** Size and use of the disk that "/" and shares from it show in df, KiB. Default: 24,837,456 with 2,681,664 used. */
  disk?: { totalKiB: number; usedKiB: number }
}

/** A process without a script: shim, hypervisor, kubelet, kata-agent, pause. */
export interface ProcessSpec {
  comm: string
  argv: string[]
  exe: string
  parent?: number
  uid?: number
  /** Counts against the machine's MemFree with its pssKiB, unless `withinIdle`. */
  memory?: { rssKiB: number; shmemKiB: number; pssKiB: number }
  /** Its memory is already part of MachineSpec.memory.idle. */
  withinIdle?: boolean
  /** Targets of /proc/PID/fd beyond 0, 1, 2: anon_inode:kvm-vm … */
  fds?: string[]
  cgroup?: string
  kernelThread?: boolean
  /** Default: the machine's own. */
  pidNamespace?: PidNamespace
  netNamespace?: NetNamespace
  ipcNamespace?: IpcNamespace
  /** -1000: the OOM killer never takes it (kubelet, containerd, kata-agent). Default 0. */
  oomScoreAdj?: number
  /** Number of its threads; default 1. */
  threads?: number
}

export interface MachineProcess {
  readonly pid: number
  readonly spec: ProcessSpec
  /** Live figures: a hypervisor's memory follows what its guest touches. */
  memory: { rssKiB: number; shmemKiB: number; pssKiB: number }
  kill(signal?: string): void
  /** Ends it with that exit code, as if it had called exit. */
  exit(code: number): void
  readonly exited: Promise<number>
}

/** Opaque handles; processes of one namespace see each other. A child namespace's processes are visible in its parents'. */
export interface PidNamespace {
  readonly id: string
  readonly parent: PidNamespace | null
}
export interface IpcNamespace {
  readonly id: string
}
/** A disk: /dev/NAME, /sys/block/NAME and /proc/partitions follow. */
export interface BlockDeviceSpec {
  name: string
  major: number
  minor: number
  /** Bytes; a backing file's own size when absent. */
  sizeBytes?: number
  readonly?: boolean
  /** A file or a block device of another tree that holds the bytes (a PV's image on the node, the node's disk in a guest). */
  backing?: { files: MachineFiles; path: string }
  /** A partition has no directory in /sys/block. */
  partition?: boolean
  /** Of a SCSI disk, as /sys/block/NAME/device shows it. */
  vendor?: string
  serial?: string
  /** What the device mapper calls it. */
  mapped?: string
  rotational?: boolean
}

/** An eBPF program as it is loaded. */
export interface BpfProgramSpec {
  /** As bpftool names it: socket_filter, xdp, cgroup_device… */
  type: string
  name: string
  instructions: Uint8Array
}

export interface Machine {
  readonly spec: MachineSpec
  readonly files: MachineFiles
  readonly rootPidNamespace: PidNamespace
  readonly rootNetNamespace: NetNamespace
  readonly rootIpcNamespace: IpcNamespace
  newPidNamespace(parent?: PidNamespace): PidNamespace
  newNetNamespace(): NetNamespace
  newIpcNamespace(): IpcNamespace
  /** Keeps a network namespace by a file, as CNI does below /var/run/netns: `nsenter --net=FILE` enters it. */
  bindNetNamespace(path: string, namespace: NetNamespace): void
  spawn(process: ProcessSpec): MachineProcess
  /** Processes of the machine's own namespace without memory: they are there from now on, but made when somebody looks at a list of processes. */
  spawnLater(count: number, specOf: (index: number) => ProcessSpec): void
  /** The first process starts at once. Throws MachineError (ENOENT…) when it cannot. */
  runContainer(container: MachineContainerSpec): MachineContainer
  onlineCpus(): number[]
  hotplugCpus(ids: number[]): void
  /** Adds RAM in whole blocks; `online` false leaves the blocks offline: MemTotal does not grow. */
  hotplugMemory(mib: number, online: boolean): void
  /** KiB that processes and page cache of this machine really touched so far: what the host has to back. */
  touchedKiB(): number
  onTouched(listener: (touchedKiB: number) => void): void
  /** CPU time that the machine's processes have used since boot, ms: what its hypervisor's threads burnt on the host. */
  cpuTimeMs(): number
  /** Sets the wall clock, ms. */
  setTime(ms: number): void
  /** Sends a signal to a process of the root PID namespace; '0' only asks. @returns whether there is one. */
  signal(pid: number, signal: string): boolean
  /** Adds a line to the kernel log. */
  log(line: string): void
  /** Lines of the kernel log with their time stamps, as dmesg prints them. */
  kernelLog(): string[]
  /** Called after lines were added to the kernel log: an OOM kill is seen there. The answer stops it. */
  onLog(listener: () => void): () => void
  /** Loads an eBPF program; the answer unloads it. */
  loadBpf(program: BpfProgramSpec): () => void
  addBlockDevice(device: BlockDeviceSpec): void
  removeBlockDevice(name: string): void
  /** Sets a kernel parameter as sysctl does: 'net/core/somaxconn'. Namespaced ones (net, kernel/shm*, kernel/msg*, fs/mqueue) belong to a namespace. */
  setSysctl(name: string, value: string, namespace?: NetNamespace | IpcNamespace): void
  /** Absent: nothing but loopback is reachable. */
  network: MachineNetwork | null
  /** Live MemTotal, MemFree and MemAvailable, KiB. */
  meminfo(): { MemTotal: number; MemFree: number; MemAvailable: number }
  /** The kernel keeps so much more for itself, KiB; less where it is negative. */
  keepSlab(kib: number): void
  /** All processes that the machine's root PID namespace sees, by pid. */
  processes(): readonly { pid: number; ppid: number; uid: number; comm: string; argv: readonly string[] }[]
  /** Called before the OOM killer for want of RAM (not at a cgroup's limit): what the listener plugs meanwhile is used. */
  onMemoryShort(listener: (missingKiB: number) => void): void
  /** Called when the kernel runs out of memory with nothing left to kill, or panics. */
  onPanic(listener: (why: string) => void): void
  powerOff(): void
}
