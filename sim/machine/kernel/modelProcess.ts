import type { MachineProcess, ProcessSpec } from '../machine.ts'
import type { Kernel } from './kernel.ts'
import type { IpcNs, NetNs, PidNs } from './namespaces.ts'
import { Process } from './process.ts'

/** Memory whose changes the machine's books follow. */
class LiveMemory {
  rssKiB: number
  shmemKiB: number
  readonly #counted: (kib: number) => void
  #pssKiB = 0

  constructor(start: { rssKiB: number; shmemKiB: number; pssKiB: number }, counted: (kib: number) => void) {
    this.rssKiB = start.rssKiB
    this.shmemKiB = start.shmemKiB
    this.#counted = counted
    this.pssKiB = start.pssKiB
  }

  get pssKiB(): number {
    return this.#pssKiB
  }

  set pssKiB(kib: number) {
    this.#counted(kib - this.#pssKiB)
    this.#pssKiB = kib
  }
}

/** A process without code: it stands in the lists with its figures and reacts to signals as a daemon does. */
export function spawnModel(kernel: Kernel, spec: ProcessSpec): Process {
  const pidNs = (spec.pidNamespace as PidNs | undefined) ?? kernel.rootPidNs
  const parent = kernel.processes.get(spec.parent ?? 0) ?? null
  const cgroup = kernel.rootCgroup.make(spec.cgroup ?? '/', kernel.timers.now())
  const context = {
    ...kernel.rootContext(),
    pidNs,
    netNs: (spec.netNamespace as NetNs | undefined) ?? kernel.rootNetNs,
    ipcNs: (spec.ipcNamespace as IpcNs | undefined) ?? kernel.rootIpcNs,
    cgroup,
    uid: spec.uid ?? 0,
    gid: spec.uid ?? 0,
    oomScoreAdj: spec.oomScoreAdj ?? 0,
  }
  const process = new Process(kernel, context, parent)
  process.comm = spec.comm.slice(0, 15)
  process.argv = spec.argv
  process.exe = spec.exe
  process.kernelThread = spec.kernelThread ?? false
  process.threads = spec.threads ?? 1
  if (process.comm === 'pause')
    for (const signal of ['TERM', 'INT']) process.handlers.set(signal, () => process.finish(0))
  else if (pidNs.init === process)
    for (const signal of ['TERM', 'INT', 'HUP']) process.handlers.set(signal, () => process.terminate(signal))
  process.model = modelOf(kernel, process, spec)
  return process
}

function modelOf(kernel: Kernel, process: Process, spec: ProcessSpec): MachineProcess {
  const counted = (kib: number) => {
    if (spec.withinIdle) return
    kernel.memory.resident(kib)
    for (let group: typeof process.cgroup | null = process.cgroup; group; group = group.parent) {
      group.memoryKiB += kib
      group.memoryPeakKiB = Math.max(group.memoryPeakKiB, group.memoryKiB)
    }
  }
  const memory = new LiveMemory(spec.memory ?? { rssKiB: 0, shmemKiB: 0, pssKiB: 0 }, counted)
  process.onExit(() => (memory.pssKiB = 0))
  return {
    pid: process.pid,
    spec,
    get memory() {
      return memory
    },
    set memory(figures) {
      memory.rssKiB = figures.rssKiB
      memory.shmemKiB = figures.shmemKiB
      memory.pssKiB = figures.pssKiB
    },
    kill: (signal = 'TERM') => process.signalled(signal.replace(/^SIG/, '')),
    exit: (code) => process.finish(code),
    exited: new Promise((resolve) => process.onExit(() => resolve(process.status))),
  }
}
