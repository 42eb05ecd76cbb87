import type { IpcNamespace, PidNamespace } from './machine.ts'
import type { NetNamespace } from './machineNetwork.ts'

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
