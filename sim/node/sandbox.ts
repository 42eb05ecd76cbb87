import type { ContainerConfig, ContainerUsage, SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { MachineContainer, MachineExec } from '../machine/machineContainer.ts'

/** A container that containerd asks a shim to start. */
export interface ContainerStart {
  id: string
  config: ContainerConfig
  /** Entrypoint and arguments, environment and directory with what the image says. */
  argv: string[]
  env: Record<string, string>
  cwd: string
  onOutput(stream: 'stdout' | 'stderr', data: string): void
}

/** A container's first process, behind its shim. */
export interface RunningContainer {
  /** Exit code as containerd reports it. */
  readonly exited: Promise<{ code: number; oomKilled: boolean }>
  readonly stdin: MachineContainer['stdin']
  signal(signal: 'TERM' | 'KILL'): void
  update(resources: ContainerConfig['resources']): Promise<void>
  /** Throws MachineError when the executable is not there. */
  exec(argv: string[], options: { tty: boolean }): MachineExec
  /** Exit code of an exec as the shim reports it. */
  exitCodeOf(exec: MachineExec, code: number): number
  /** Called once containerd has noted the exit. */
  afterExit(code: number): void
  /** Bytes that the container wrote to its root file system. */
  writtenBytes(): number
  /** As its shim counts it. */
  usage(): ContainerUsage
}

/** A pod's sandbox behind its shim: of runc on the node, of Kata in a VM. */
export interface Sandbox {
  readonly id: string
  readonly config: SandboxConfig
  /** Reported by the CRI. */
  readonly handler: string
  readonly ips: string[]
  /** Process on the node whose namespaces the pod's containers join. */
  readonly pid: number
  /** Throws CriError worded as containerd's. */
  startContainer(start: ContainerStart): Promise<RunningContainer>
  /** Ends whatever runs in it and gives its resources back. */
  stop(): Promise<void>
  /** Called once when it ends by itself: its VM or shim died. */
  onLost(listener: () => void): void
}

/** ms that starts take on this sandbox's runtime. */
export interface StartTimes {
  sandbox: number
  container: number
  exec: number
}
