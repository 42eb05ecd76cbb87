import type { MemoryDirectory } from '../fs/memoryDirectory.ts'
import type { IpcNamespace, PidNamespace } from '../machine.ts'
import type { NetCounters, NetInterface, NetNamespace } from '../machineNetwork.ts'
import type { Process } from './process.ts'

/** inode numbers of the initial namespaces, as Linux fixes them (include/linux/proc_ns.h and the recorded node) */
export const INITIAL = {
  time: 4026531834,
  cgroup: 4026531835,
  pid: 4026531836,
  user: 4026531837,
  uts: 4026531838,
  ipc: 4026531839,
  net: 4026531840,
  mnt: 4026531841,
}
const FIRST_FREE = 4026532250
const FIRST_PID = 1

export class PidNs implements PidNamespace {
  readonly id: string
  readonly parent: PidNs | null
  pidMax = 4194304
  /** Makes processes that are there but that nobody has looked at. */
  later: (() => void) | null = null
  readonly #processes = new Map<number, Process>()
  #next = FIRST_PID

  constructor(id: string, parent: PidNs | null) {
    this.id = id
    this.parent = parent
  }

  /** All of them, by pid. */
  get processes(): ReadonlyMap<number, Process> {
    if (this.later === null) return this.#processes
    this.later()
    const inOrder = [...this.#processes].sort(([a], [b]) => a - b)
    this.#processes.clear()
    for (const [pid, process] of inOrder) this.#processes.set(pid, process)
    return this.#processes
  }

  find(pid: number): Process | undefined {
    return this.#processes.get(pid) ?? this.processes.get(pid)
  }

  enter(pid: number, process: Process): void {
    this.#processes.set(pid, process)
  }

  leave(pid: number): void {
    this.#processes.delete(pid)
  }

  /** @returns the first of so many */
  takePids(count = 1): number {
    const first = this.#next
    this.#next += count
    return first
  }

  get lastPid(): number {
    return this.#next - 1
  }

  get init(): Process | undefined {
    return this.#processes.get(1)
  }
}

export class IpcNs implements IpcNamespace {
  readonly id: string
  readonly sysctls = new Map<string, string>()
  /** Root of its mqueue file system: message queues belong to the namespace, whoever mounts it. */
  mqueue: MemoryDirectory | null = null

  constructor(id: string) {
    this.id = id
  }
}

export class NetNs implements NetNamespace {
  readonly id: string
  interfaces: NetInterface[] = [
    { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536, addresses: ['127.0.0.1/8', '::1/128'], up: true },
  ]
  routes: NetNamespace['routes'] = []
  readonly sysctls = new Map<string, string>()
  /** Ports that processes listen on inside this namespace. */
  readonly listeners = new Map<number, { pid: number; program: string }>()
  readonly counters = new Map<string, NetCounters>()
  readonly ip = { outRequests: 0, fragOks: 0, fragCreates: 0 }

  constructor(id: string) {
    this.id = id
  }
}

export interface UtsNs {
  readonly id: string
  hostname: string
}

/** Numbers of the namespaces that a machine makes. */
export class NamespaceIds {
  #next = FIRST_FREE

  take(): number {
    return this.#next++
  }
}
