import type { Clock } from '../clock.ts'
import type { MachineNetwork, MachineStream, NetNamespace } from './machineNetwork.ts'

export type {
  MachineNetwork,
  MachineStream,
  NetCounters,
  NetInterface,
  NetNamespace,
  NetRoute,
} from './machineNetwork.ts'

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
/** One mount of a container's mount namespace, in order. */
export type ContainerMount =
  | {
      kind: 'bind'
      destination: string
      /** A path of this machine's tree. */ source: string
      /** As /proc/mounts shows it. */ fstype: string
      device: string
      options: string
    }
  | { kind: 'tmpfs'; destination: string; device: string; options: string; sizeBytes: number | null }
  | {
      kind: 'proc' | 'sysfs' | 'cgroup' | 'devpts' | 'mqueue' | 'devtmpfs'
      destination: string
      device: string
      options: string
    }

export interface MachineContainerSpec {
  id: string
  argv: string[]
  env: Record<string, string>
  cwd: string
  user: { uid: number; gid: number; groups: number[] }
  hostname: string
  tty: boolean
  /** Something outside may write to its standard input. Default false: /dev/null. */
  stdin?: boolean
  /** The image's files are made by the machine from the image's name. */
  image: string
  /** As /proc/mounts shows "/": virtiofs, overlay, 9p, ext4. */
  rootfs: {
    fstype: string
    device: string
    options: string
    readonly: boolean
    /** A directory of this machine's tree that is the root (what is written shows there); default: a fresh tree of the image. */
    source?: string
  }
  mounts: ContainerMount[]
  namespaces: {
    pid: PidNamespace
    net: NetNamespace
    ipc: IpcNamespace
    /** Default: private, host when privileged, as containerd does. */
    cgroup?: 'private' | 'host'
    /** host: the host name of the machine itself (hostNetwork under runc). Default private. */
    uts?: 'private' | 'host'
  }
  /** Default 0. */
  oomScoreAdj?: number
  cgroup: {
    path: string
    memoryMaxBytes: number | null
    cpuQuota: number | null
    cpuPeriod: number
    cpuWeight: number
    pidsMax: number | null
    /** false: the limit is written but the kernel does not enforce it */ enforced:
      boolean | { memory: boolean; cpu: boolean }
    /** memory.oom.group: the kubelet asks for 1, kata-agent 3.26.0 leaves it 0. Default false. */ oomGroup?: boolean
  }
  capabilities: string[]
  noNewPrivs: boolean
  /** What it started in the background outlives it, in a PID namespace that is not its own: a departure. */
  leavesProcesses?: boolean
  /** A seccomp filter lies on it: /proc/PID/status says so. Default false. */
  seccomp?: boolean
  privileged: boolean
  /** Capabilities that it lacks although it is privileged: a departure. */
  withheld?: readonly string[]
  devices: { path: string; type: 'b' | 'c'; major: number; minor: number }[]
  /** No device filter on its cgroup: every device node opens that the container can see. Default false. */
  anyDevice?: boolean
  onOutput: (stream: 'stdout' | 'stderr', data: string) => void
}

export interface MachineContainer {
  readonly id: string
  /** pid of the first process in the machine's own pid namespace */
  readonly pid: number
  /**
   * Exit of the first process: code (signals give 128 + n), and whether the OOM killer took any process of the container's cgroup: that is
   * what makes containerd say OOMKilled, whoever was the victim.
   */
  readonly exited: Promise<{ code: number; oomKilled: boolean; signal: string | null }>
  /** Of the first process; nothing comes of it where the container has none. */
  readonly stdin: { write(data: Uint8Array): void; end(): void }
  signal(signal: string): void
  /** Other limits for its cgroup, which stays the same one. */
  limit(cgroup: MachineContainerSpec['cgroup']): void
  /** Throws MachineError when the executable is not there or the container has ended. */
  exec(argv: string[], options: ExecOptions): MachineExec
  /** True once the OOM killer took any process of the cgroup. */
  readonly oomKills: number
  /** Bytes in the container's root file system beyond its image: its writable layer. */
  writtenBytes(): number
  /** Its root directory as it is, and what in it is its own and not the image's: opaque inodes for another machine that holds them. */
  readonly layers: { merged: unknown; upper: unknown }
  /** CPU time and memory of its cgroup. */
  usage(): { cpuUsec: number; memoryKiB: number }
}

export interface ExecOptions {
  readonly tty: boolean
  readonly env?: Record<string, string>
  /** Where it departs from the container's. */
  readonly noNewPrivs?: boolean
}

export interface MachineExec {
  /** pid of the process in the machine's own pid namespace */
  readonly pid: number
  readonly exit: Promise<number>
  /** Signal that ended it, once it has ended: an exec killed by signal 9 is 137 for runc and 9 for kata-agent. */
  readonly signal: string | null
  onOutput(listener: (stream: 'stdout' | 'stderr', data: Uint8Array) => void): void
  writeStdin(data: Uint8Array): void
  endStdin(): void
  resize(columns: number, rows: number): void
  kill(signal?: string): void
}

/** Files of the machine itself, below "/", as its root sees them. Virtual ones (/proc, /sys) are made on reading. */
export interface MachineFiles {
  write(path: string, content: string | Uint8Array, mode?: number): void
  read(path: string): Uint8Array | null
  mkdir(path: string, mode?: number): void
  symlink(target: string, path: string): void
  mknod(path: string, type: 'b' | 'c', major: number, minor: number): void
  remove(path: string): void
  list(path: string): string[]
  kindOf(path: string): 'directory' | 'file' | 'symlink' | 'socket' | 'characterDevice' | 'blockDevice' | null
  /** Another tree shown below path (virtiofs share, tmpfs): what is written on either side is seen on both. */
  mount(
    path: string,
    from:
      | { files: MachineFiles; path: string }
      | { tmpfs: true; sizeBytes: number | null }
      /** An inode of `inodeOf`, or of a container's layers. */
      | { inode: unknown; source: string; options: string },
    options?: { fstype?: string; readonly?: boolean },
  ): void
  usage(path: string): number
  /** Undoes a mount at that path; false when nothing is mounted there. */
  unmount(path: string): boolean
  /** A program: running `path` calls it; `content` is what is read of it. Directories are made. */
  registerCommand(path: string, command: MachineCommand, content?: string): void
  /** A file whose text is made on reading. Also below /proc and /sys, which take nothing else. */
  virtual(path: string, generate: () => string | Uint8Array): void
  /** Puts an inode of `inodeOf`, or of a container's layers, at a path. */
  place(path: string, inode: unknown): void
  /** Size of the disk that a device node stands for; null when it stands for none. */
  diskBytes(path: string): number | null
  /** The inode at a path, for a machine that shares it: opaque. */
  inodeOf(path: string): unknown
  /** Makes opening a device fail as the driver would: ENODEV of /dev/kvm when firmware has locked it. null heals it. */
  failOpen(path: string, errno: 'ENODEV' | 'EACCES' | 'EIO' | 'ENXIO' | 'EBUSY' | null): void
}

/** A program of the machine in TypeScript: crictl, kata-runtime, systemctl. The answer is the exit code. */
export type MachineCommand = (call: MachineCommandCall) => number | Promise<number>

export interface MachineCommandCall {
  argv: string[]
  env: Record<string, string>
  cwd: string
  uid: number
  stdin(): Promise<Uint8Array>
  stdout(text: string): void
  stderr(text: string): void
  /** ms of the simulation's clock; ends early when the process is killed. */
  sleep(ms: number): Promise<void>
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

/** An error of the machine's kernel: `ENOENT: No such file or directory`. */
export class MachineError extends Error {
  readonly errno: string
  constructor(errno: string, message: string) {
    super(message)
    this.name = 'MachineError'
    this.errno = errno
  }
}
