import { StringDecoder } from 'node:string_decoder'
import { MachineError } from '../machineError.ts'
import type { MachineContainer, MachineContainerSpec, MachineExec } from '../machineContainer.ts'
import { MemoryDirectory, UpperDirectory, writtenBelow } from '../fs/memoryDirectory.ts'
import type { Inode, Program } from '../fs/inode.ts'
import type { Mount } from '../fs/mountNamespace.ts'
import { nullFile, outputFile } from '../fs/streams.ts'
import type { Cgroup } from '../kernel/cgroup.ts'
import { findProgram } from '../kernel/execute.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { IpcNs, NetNs, PidNs } from '../kernel/namespaces.ts'
import { Process } from '../kernel/process.ts'
import type { ProcessContext } from '../kernel/processContext.ts'
import { readNow } from '../fs/files.ts'
import { signalName } from '../kernel/signals.ts'
import { capabilityMask } from './capabilities.ts'
import { containerMounts } from './containerMounts.ts'
import { imageCommand } from './images.ts'
import { startExec } from './exec.ts'
import { processInput } from './processInput.ts'

const PARKING_BUDGET_MS = 60_000
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Starts a container's first process. @throws MachineError when a mount or the executable is not there */
export function runContainer(kernel: Kernel, spec: MachineContainerSpec): MachineContainer {
  if (kernel.off) throw new MachineError('ESRCH', 'the machine is off')
  const cgroup = limitedCgroup(kernel, spec)
  const cgroupRoot =
    (spec.namespaces.cgroup ?? (spec.privileged ? 'host' : 'private')) === 'private' ? cgroup : kernel.rootCgroup
  const mountNs = containerMounts(kernel, spec, cgroupRoot)
  const context = contextOf(kernel, spec, cgroup, cgroupRoot, mountNs)
  const process = new Process(kernel, context, null)
  try {
    context.env = environment(process, spec)
    const argv = spec.argv.length > 0 ? spec.argv : imageCommand(spec.image)
    checkDirectory(process, spec.cwd)
    const { program, path } = findProgram(process, argv[0] as string, context.env.PATH)
    const stdin = attach(process, spec, kernel)
    process.become(program, argv, path, (argv[0] as string).split('/').pop() as string)
    return start(kernel, process, program, argv, spec, cgroup, stdin)
  } catch (error) {
    process.terminate('KILL')
    cgroup.removeIfEmpty()
    throw error
  }
}

function limitedCgroup(kernel: Kernel, { cgroup: limits }: MachineContainerSpec): Cgroup {
  const group = kernel.rootCgroup.make(limits.path, kernel.timers.now())
  setLimits(kernel, group, limits)
  return group
}

function setLimits(kernel: Kernel, group: Cgroup, limits: MachineContainerSpec['cgroup']): void {
  group.memoryMaxKiB = limits.memoryMaxBytes === null ? null : Math.floor(limits.memoryMaxBytes / 4096) * 4
  group.cpuQuota = limits.cpuQuota
  group.cpuPeriod = limits.cpuPeriod
  group.cpuWeight = limits.cpuWeight
  group.pidsMax = limits.pidsMax
  group.enforcesMemory = typeof limits.enforced === 'boolean' ? limits.enforced : limits.enforced.memory
  group.enforcesCpu = typeof limits.enforced === 'boolean' ? limits.enforced : limits.enforced.cpu
  group.oomGroup = limits.oomGroup ?? false
  kernel.cpu.limitsChanged()
}

function contextOf(
  kernel: Kernel,
  spec: MachineContainerSpec,
  cgroup: Cgroup,
  cgroupRoot: Cgroup,
  mountNs: ProcessContext['mountNs'],
): ProcessContext {
  const bounding =
    capabilityMask(spec.privileged ? ['ALL'] : spec.capabilities) & ~capabilityMask([...(spec.withheld ?? [])])
  return {
    ...kernel.rootContext(),
    cwd: spec.cwd || '/',
    mountNs,
    pidNs: spec.namespaces.pid as PidNs,
    netNs: spec.namespaces.net as NetNs,
    ipcNs: spec.namespaces.ipc as IpcNs,
    utsNs:
      spec.namespaces.uts === 'host' ? kernel.rootUtsNs : { id: String(kernel.ids.take()), hostname: spec.hostname },
    cgroup,
    cgroupRoot,
    ...spec.user,
    // Without file or ambient capabilities another user than root has none effective (capabilities(7)).
    capabilities: spec.user.uid === 0 ? bounding : 0n,
    bounding,
    noNewPrivs: spec.noNewPrivs,
    seccomp: spec.seccomp ?? false,
    oomScoreAdj: spec.oomScoreAdj ?? 0,
    devices:
      spec.privileged || spec.anyDevice
        ? null
        : new Set(spec.devices.map(({ type, major, minor }) => `${type}${major}:${minor}`)),
    parking: { budgetMs: PARKING_BUDGET_MS },
  }
}

function environment(process: Process, spec: MachineContainerSpec): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: DEFAULT_PATH,
    HOSTNAME: spec.hostname,
    ...(spec.tty ? { TERM: 'xterm' } : {}),
    ...spec.env,
  }
  environment.HOME ??= homeOf(process)
  return environment
}

function homeOf(process: Process): string {
  try {
    const row = readNow(process, '/etc/passwd')
      .split('\n')
      .map((line) => line.split(':'))
      .find((fields) => fields[2] === String(process.uid))
    return row?.[5] ?? '/'
  } catch {
    return '/'
  }
}

/** The runtime makes a working directory that the image lacks. */
function checkDirectory(process: Process, cwd: string): void {
  if (cwd === '' || cwd === '/') return
  const mounts = process.context.mountNs
  const parts = cwd.split('/').filter((part) => part !== '')
  for (let count = 1; count <= parts.length; count++) {
    const at = mounts.resolve(`/${parts.slice(0, count).join('/')}`, null)
    if (!at.inode) at.parent.add?.(at.name, newDirectory(process))
    else if (at.inode.kind !== 'directory') throw new MachineError('ENOTDIR', 'Not a directory')
  }
}

function newDirectory(process: Process): MemoryDirectory {
  return new MemoryDirectory(0o755, process.kernel.timers.now())
}

/** The first process's standard streams; returns what comes from outside. */
function attach(process: Process, spec: MachineContainerSpec, kernel: Kernel): MachineContainer['stdin'] {
  const emit = (stream: 'stdout' | 'stderr') => {
    const decoder = new StringDecoder('utf8')
    return (data: Uint8Array) => spec.onOutput(stream, decoder.write(Buffer.from(data)))
  }
  const stdout = emit('stdout')
  const input = processInput(kernel, process, spec.tty, stdout)
  // At a terminal without stdin nobody types.
  process.setFd(0, spec.tty || spec.stdin ? input.file : nullFile())
  process.setFd(1, outputFile(kernel.takeNumber(), spec.tty, stdout))
  process.setFd(2, outputFile(kernel.takeNumber(), spec.tty, emit(spec.tty ? 'stdout' : 'stderr')))
  return spec.stdin ? input : { write: () => undefined, end: () => undefined }
}

function start(
  kernel: Kernel,
  process: Process,
  program: Program,
  argv: string[],
  spec: MachineContainerSpec,
  cgroup: Cgroup,
  stdin: MachineContainer['stdin'],
): MachineContainer {
  let settle: (exit: { code: number; oomKilled: boolean; signal: string | null }) => void
  const exited = new Promise<{ code: number; oomKilled: boolean; signal: string | null }>(
    (resolve) => (settle = resolve),
  )
  process.onExit(() => {
    // Everything else of the container goes with its first process: the runtime kills the cgroup.
    if (!spec.leavesProcesses) for (const other of cgroup.allProcesses()) other.terminate('KILL')
    for (const fs of process.context.mountNs.ownFileSystems)
      kernel.memory.release(null, cgroup, Math.ceil(fs.usedBytes / 1024), 'shmem')
    settle({ code: process.status, oomKilled: cgroup.memoryEvents.oom_kill > 0, signal: process.endedBy })
    cgroup.removeIfEmpty()
  })
  process.grow(60)
  queueMicrotask(() => void process.run(() => program.run(process, argv)))
  return {
    id: spec.id,
    pid: process.pid,
    exited,
    stdin,
    signal: (signal) => process.signalled(signalName(signal) ?? 'TERM'),
    limit: (limits) => setLimits(kernel, cgroup, limits),
    exec: (command, options): MachineExec => startExec(kernel, process, command, options),
    writtenBytes: () => writtenBelow(rootOf(process)),
    get layers() {
      const merged = rootOf(process)
      return { merged, upper: merged instanceof MemoryDirectory ? new UpperDirectory(merged) : merged }
    },
    usage: () => usageOf(kernel, cgroup),
    get oomKills() {
      return cgroup.memoryEvents.oom_kill
    },
  }
}

function rootOf(process: Process): Inode {
  return (process.context.mountNs.at('/') as Mount).root
}

/** A container has at least the page tables and stacks of its processes: some hundred KiB that the books of a modelled cgroup leave out. */
const LEAST_KIB = 300

function usageOf(kernel: Kernel, cgroup: Cgroup): { cpuUsec: number; memoryKiB: number } {
  kernel.cpu.settle()
  return { cpuUsec: Math.round(cgroup.usageUsec), memoryKiB: Math.round(cgroup.memoryKiB) + LEAST_KIB }
}
