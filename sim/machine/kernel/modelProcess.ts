import type { MachineProcess, ProcessSpec } from '../machine.ts'
import type { Cgroup } from './cgroup.ts'
import type { Kernel } from './kernel.ts'
import type { IpcNs, NetNs, PidNs } from './namespaces.ts'
import { Process } from './process.ts'

interface Figures {
  rssKiB: number
  shmemKiB: number
  pssKiB: number
}

/** Memory whose changes the machine's books follow. */
class LiveMemory implements Figures {
  rssKiB: number
  shmemKiB: number
  readonly #process: Process
  readonly #withinIdle: boolean
  #pssKiB = 0

  constructor(start: Figures, process: Process, withinIdle: boolean) {
    this.rssKiB = start.rssKiB
    this.shmemKiB = start.shmemKiB
    this.#process = process
    this.#withinIdle = withinIdle
    this.pssKiB = start.pssKiB
  }

  get pssKiB(): number {
    return this.#pssKiB
  }

  set pssKiB(kib: number) {
    if (!this.#withinIdle) count(this.#process, kib - this.#pssKiB)
    this.#pssKiB = kib
  }
}

function count({ kernel, cgroup }: Process, kib: number): void {
  kernel.memory.resident(kib)
  for (let group: Cgroup | null = cgroup; group; group = group.parent) {
    group.memoryKiB += kib
    group.memoryPeakKiB = Math.max(group.memoryPeakKiB, group.memoryKiB)
  }
}

const NOTHING: Figures = { rssKiB: 0, shmemKiB: 0, pssKiB: 0 }

/** What a process without code is beyond its place in the lists: its specification and its figures. A node has a hundred of them. */
export class ModelProcess implements MachineProcess {
  readonly spec: ProcessSpec
  readonly #process: Process
  readonly #memory: LiveMemory
  #exited: Promise<number> | null = null

  constructor(process: Process, spec: ProcessSpec) {
    this.spec = spec
    this.#process = process
    this.#memory = new LiveMemory(spec.memory ?? NOTHING, process, spec.withinIdle ?? false)
  }

  get pid(): number {
    return this.#process.pid
  }

  get memory(): Figures {
    return this.#memory
  }

  set memory({ rssKiB, shmemKiB, pssKiB }: Figures) {
    this.#memory.rssKiB = rssKiB
    this.#memory.shmemKiB = shmemKiB
    this.#memory.pssKiB = pssKiB
  }

  get exited(): Promise<number> {
    const process = this.#process
    this.#exited ??= new Promise((resolve) => process.onExit(() => resolve(process.status)))
    return this.#exited
  }

  kill(signal = 'TERM'): void {
    this.#process.signalled(signal.replace(/^SIG/, ''))
  }

  exit(code: number): void {
    this.#process.finish(code)
  }

  /** The process is no more: nor is its memory. */
  ended(): void {
    this.#memory.pssKiB = 0
  }
}

/** A process without code: it stands in the lists with its figures and reacts to signals as a daemon does. */
export function spawnModel(kernel: Kernel, spec: ProcessSpec, born?: { pid: number; at: number }): Process {
  const pidNs = (spec.pidNamespace as PidNs | undefined) ?? kernel.rootPidNs
  const parent = spec.parent === undefined ? null : (kernel.rootPidNs.find(spec.parent) ?? null)
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
  const process = new Process(kernel, context, parent, born)
  process.comm = spec.comm.slice(0, 15)
  process.argv = spec.argv
  process.exe = spec.exe
  process.kernelThread = spec.kernelThread ?? false
  process.threads = spec.threads ?? 1
  if (process.comm === 'pause')
    for (const signal of ['TERM', 'INT']) process.handlers.set(signal, () => process.finish(0))
  else if (pidNs.init === process)
    for (const signal of ['TERM', 'INT', 'HUP']) process.handlers.set(signal, () => process.terminate(signal))
  process.model = new ModelProcess(process, spec)
  return process
}
