import type { Clock } from '../clock.ts'

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
    /** What the idle system uses, KiB: kernel, agent or daemons, by /proc/meminfo's keys. */
    idle: { slabReclaimable: number; slabUnreclaimable: number; percpu: number; anon: number; mapped: number; buffers: number; cached: number; kernelStack: number; pageTables: number }
    /** Size of a memory block of hot-plug, MiB. */
    blockMiB: number
  }
  cgroupVersion: 1 | 2
  clock: Clock
}

/** A process without a script: shim, hypervisor, kubelet, kata-agent, pause. */
export interface ProcessSpec {
  comm: string
  argv: string[]
  exe: string
  parent?: number
  uid?: number
  memory?: { rssKiB: number; shmemKiB: number; pssKiB: number }
  /** Targets of /proc/PID/fd beyond 0, 1, 2: anon_inode:kvm-vm … */
  fds?: string[]
  cgroup?: string
  kernelThread?: boolean
  /** Default: the machine's own. */
  pidNamespace?: PidNamespace
  netNamespace?: NetNamespace
}

export interface MachineProcess {
  readonly pid: number
  readonly spec: ProcessSpec
  /** Live figures: a hypervisor's memory follows what its guest touches. */
  memory: { rssKiB: number; shmemKiB: number; pssKiB: number }
  kill(signal?: string): void
  readonly exited: Promise<number>
}

/** Opaque handles; processes of one namespace see each other. A child namespace's processes are visible in its parents'. */
export interface PidNamespace { readonly id: string; readonly parent: PidNamespace | null }
export interface IpcNamespace { readonly id: string }
export interface NetNamespace {
  readonly id: string
  interfaces: NetInterface[]
  routes: { destination: string; gateway: string | null; device: string; source?: string; mtu?: number }[]
}
export interface NetInterface { name: string; mac: string; mtu: number; addresses: string[]; up: boolean }

/** One mount of a container's mount namespace, in order. */
export type ContainerMount =
  | { kind: 'bind'; destination: string; /** A path of this machine's tree. */ source: string; /** As /proc/mounts shows it. */ fstype: string; device: string; options: string }
  | { kind: 'tmpfs'; destination: string; device: string; options: string; sizeBytes: number | null }
  | { kind: 'proc' | 'sysfs' | 'cgroup' | 'devpts' | 'mqueue' | 'devtmpfs'; destination: string; device: string; options: string }

export interface MachineContainerSpec {
  id: string
  argv: string[]
  env: Record<string, string>
  cwd: string
  user: { uid: number; gid: number; groups: number[] }
  hostname: string
  tty: boolean
  /** The image's files are made by the machine from the image's name. */
  image: string
  /** As /proc/mounts shows "/": virtiofs, overlay, 9p, ext4. */
  rootfs: { fstype: string; device: string; options: string; readonly: boolean }
  mounts: ContainerMount[]
  namespaces: { pid: PidNamespace; net: NetNamespace; ipc: IpcNamespace }
  cgroup: { path: string; memoryMaxBytes: number | null; cpuQuota: number | null; cpuPeriod: number; cpuWeight: number; pidsMax: number | null; /** false: the limit is written but the kernel does not enforce it */ enforced: boolean }
  capabilities: string[]
  noNewPrivs: boolean
  privileged: boolean
  devices: { path: string; type: 'b' | 'c'; major: number; minor: number }[]
  onOutput: (stream: 'stdout' | 'stderr', data: string) => void
}

export interface MachineContainer {
  readonly id: string
  /** pid of the first process in the machine's own pid namespace */
  readonly pid: number
  /** Exit of the first process: code, and whether the OOM killer ended it. Signals give 128 + n. */
  readonly exited: Promise<{ code: number; oomKilled: boolean; signal: string | null }>
  signal(signal: string): void
  /** Throws MachineError when the executable is not there or the container has ended. */
  exec(argv: string[], options: { tty: boolean; env?: Record<string, string> }): MachineExec
  /** True once the OOM killer took any process of the cgroup. */
  readonly oomKills: number
}

export interface MachineExec {
  readonly exit: Promise<number>
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
  mount(path: string, from: { files: MachineFiles; path: string } | { tmpfs: true; sizeBytes: number | null }, options?: { fstype?: string; readonly?: boolean }): void
  usage(path: string): number
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
  spawn(process: ProcessSpec): MachineProcess
  /** The first process starts at once. Throws MachineError (ENOENT…) when it cannot. */
  runContainer(container: MachineContainerSpec): MachineContainer
  onlineCpus(): number[]
  hotplugCpus(ids: number[]): void
  /** Adds RAM in whole blocks; `online` false leaves the blocks offline: MemTotal does not grow. */
  hotplugMemory(mib: number, online: boolean): void
  /** KiB that processes and page cache of this machine really touched so far: what the host has to back. */
  touchedKiB(): number
  onTouched(listener: (touchedKiB: number) => void): void
  /** Adds a line to the kernel log. */
  log(line: string): void
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
