import { MachineError } from '../machineError.ts'
import type { Machine, MachineSpec, ProcessSpec } from '../machine.ts'
import type { MachineNetwork } from '../machineNetwork.ts'
import { MemoryDirectory } from '../fs/memoryDirectory.ts'
import type { RootFiles } from '../fs/machineFiles.ts'
import { MountNamespace } from '../fs/mountNamespace.ts'
import type { FileSystem } from '../fs/mountNamespace.ts'
import { BpfPrograms } from './bpf.ts'
import { Cgroup } from './cgroup.ts'
import { CpuScheduler } from './cpuScheduler.ts'
import { Disks } from './disks.ts'
import { KernelLog } from './kernelLog.ts'
import { Memory } from './memory.ts'
import { INITIAL, IpcNs, NamespaceIds, NetNs, PidNs } from './namespaces.ts'
import type { UtsNs } from './namespaces.ts'
import { reportOom } from './oomReport.ts'
import { PageCache } from './pageCache.ts'
import type { Process } from './process.ts'
import type { ProcessContext } from './processContext.ts'
import { spawnModel } from './modelProcess.ts'
import { Sysctls } from './sysctls.ts'
import { Timers } from './timers.ts'

/** Whoever runs a program of another environment brings it: fork and exec copy. */
const ROOT_ENV: Record<string, string> = Object.freeze({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
})
const ALL_CAPABILITIES = (1n << 41n) - 1n

/** The state of a modelled machine that its processes, files and limits share. */
export class Kernel {
  readonly spec: MachineSpec
  readonly timers: Timers
  readonly bootedAt: number
  readonly ids = new NamespaceIds()
  readonly rootPidNs: PidNs
  readonly rootNetNs: NetNs
  readonly rootIpcNs: IpcNs
  readonly rootUtsNs: UtsNs
  readonly rootCgroup: Cgroup
  readonly rootMounts: MountNamespace
  readonly memory: Memory
  readonly cpu: CpuScheduler
  readonly sysctls: Sysctls
  readonly bpf: BpfPrograms
  /** Network namespaces kept by a file (`ip netns`, CNI: a bind mount of nsfs). */
  readonly netNsFiles = new WeakMap<object, NetNs>()
  readonly disks: Disks
  readonly pageCache: PageCache
  readonly deviceErrors = new Map<string, MachineError>()
  readonly deviceNumbers = new Set<string>()
  /** What was put below /proc and /sys beyond the model. */
  readonly procExtras: MemoryDirectory
  readonly sysExtras: MemoryDirectory
  readonly log_: KernelLog
  readonly panicListeners: ((why: string) => void)[] = []
  network: MachineNetwork | null = null
  online: number[]
  memoryBlocks: { total: number; online: number }
  off = false
  /** Whose system call is at work. */
  reader: Process | null = null
  terminalSize = { columns: 80, rows: 24 }
  readonly #later: (() => void)[] = []
  #clockOffset = 0
  #numbers = 20
  #mountIds = 20
  #minor = 19

  constructor(spec: MachineSpec) {
    this.spec = spec
    this.timers = Timers.of(spec.clock)
    this.bootedAt = this.timers.now()
    this.rootPidNs = new PidNs(String(INITIAL.pid), null)
    this.rootNetNs = new NetNs(String(INITIAL.net))
    this.rootIpcNs = new IpcNs(String(INITIAL.ipc))
    this.rootUtsNs = { id: String(INITIAL.uts), hostname: spec.hostname }
    this.rootCgroup = new Cgroup('/', null, this.bootedAt)
    this.rootMounts = new MountNamespace(INITIAL.mnt)
    this.procExtras = new MemoryDirectory(0o555, this.bootedAt)
    this.sysExtras = new MemoryDirectory(0o555, this.bootedAt)
    this.online = [...spec.cpus]
    const blocks = Math.max(1, Math.ceil((spec.memory.ramMiB ?? spec.memory.totalKiB / 1024) / spec.memory.blockMiB))
    this.memoryBlocks = { total: blocks, online: blocks }
    this.log_ = new KernelLog(this.timers, this.bootedAt, spec.bootLog ?? defaultBootLog(spec))
    this.memory = new Memory(spec.memory, {
      processes: () => this.processes.values(),
      report: (kind, group, victim, asker) => reportOom(this, kind, group, victim, asker),
      panic: (why) => this.panic(why),
    })
    this.pageCache = new PageCache(this.memory)
    this.disks = new Disks(this.timers)
    this.cpu = new CpuScheduler(this.timers, this.rootCgroup, spec.cpus.length)
    this.sysctls = new Sysctls(this)
    this.bpf = programsOf(spec.shows?.bpf) ?? new BpfPrograms()
  }

  /** A distribution's kernel, with modules, DMI and more; the guest's is built without. */
  get distribution(): boolean {
    return this.spec.modules !== undefined
  }

  /** Wall clock of this machine, ms: somebody may have set it. */
  now(): number {
    return this.timers.now() + this.#clockOffset
  }

  setTime(ms: number): void {
    this.#clockOffset = ms - this.timers.now()
  }

  log(line: string): void {
    this.log_.add(line)
  }

  panic(why: string): void {
    this.log(`Kernel panic - not syncing: ${why}`)
    for (const listener of this.panicListeners.splice(0)) listener(why)
    this.powerOff()
  }

  powerOff(): void {
    this.off = true
    this.#later.length = 0
    for (const process of [...this.processes.values()]) process.terminate('KILL')
  }

  rootContext(): ProcessContext {
    return {
      env: ROOT_ENV,
      cwd: '/',
      root: '',
      mountNs: this.rootMounts,
      pidNs: this.rootPidNs,
      netNs: this.rootNetNs,
      ipcNs: this.rootIpcNs,
      utsNs: this.rootUtsNs,
      cgroup: this.rootCgroup,
      cgroupRoot: this.rootCgroup,
      uid: 0,
      gid: 0,
      groups: [],
      capabilities: ALL_CAPABILITIES,
      bounding: null,
      noNewPrivs: false,
      seccomp: false,
      oomScoreAdj: 0,
      devices: null,
      parking: null,
    }
  }

  /** By the pids of the machine's own namespace. */
  get processes(): ReadonlyMap<number, Process> {
    return this.rootPidNs.processes
  }

  /** Gives a new process its pids and a place in its cgroup. @param known the pid that was taken for it */
  enter(process: Process, namespace: PidNs, known?: number): readonly (readonly [PidNs, number])[] {
    if (this.off) throw new MachineError('ESRCH', 'No such process')
    const pids: [PidNs, number][] = []
    let pid = 0
    for (let at: PidNs | null = namespace; at; at = at.parent) {
      pid = known ?? at.takePids()
      pids.push([at, pid])
      at.enter(pid, process)
    }
    process.cgroup.enter(process)
    return pids
  }

  /** Takes a dead process out of every list; the first one of a namespace takes the others with it. */
  leave(process: Process): void {
    process.cgroup.leave(process)
    for (const [namespace, pid] of process.pids) namespace.leave(pid)
    const own = process.context.pidNs
    process.parent?.forget(process)
    const heir = own.init ?? null
    for (const child of process.children) {
      child.parent = heir
      heir?.adopt(child)
    }
    if (process.pidIn(own) === 1 && own !== this.rootPidNs) {
      for (const other of [...own.processes.values()]) other.terminate('KILL')
    }
  }

  spawn(spec: ProcessSpec): Process {
    return spawnModel(this, spec)
  }

  /** Processes that have their pids now and are made when somebody looks at the list: kernel threads, of which a node of 16 CPUs has eighty. */
  spawnLater(count: number, specOf: (index: number) => ProcessSpec): void {
    const first = this.rootPidNs.takePids(count)
    const at = this.timers.now()
    this.#later.push(() => {
      for (let index = 0; index < count; index++) spawnModel(this, specOf(index), { pid: first + index, at })
    })
    const makeAll = () => {
      this.rootPidNs.later = null
      this.rootCgroup.later = null
      for (const make of this.#later.splice(0)) make()
    }
    this.rootPidNs.later = makeAll
    this.rootCgroup.later = makeAll
  }

  takeNumber(): number {
    return this.#numbers++ + 10_000
  }

  takeMountId(): number {
    return this.#mountIds++
  }

  fileSystem(
    type: string,
    options: { superOptions?: string; sizeBytes?: number | null; inMemory?: boolean; device?: string } = {},
  ): FileSystem {
    return {
      type,
      device: options.device ?? `0:${this.#minor++}`,
      superOptions: options.superOptions ?? 'rw',
      sizeBytes: options.sizeBytes ?? null,
      inMemory: options.inMemory ?? false,
      usedBytes: 0,
      owner: this,
    }
  }

  hotplugCpus(ids: number[]): void {
    this.online = [...new Set([...this.online, ...ids])].sort((a, b) => a - b)
    for (const id of ids) this.log(`CPU${id} has been hot-added`)
    this.cpu.setOnline(this.online.length)
  }

  hotplugMemory(mib: number, online: boolean): void {
    const blocks = Math.ceil(mib / this.spec.memory.blockMiB)
    this.memoryBlocks.total += blocks
    if (!online) return
    this.memoryBlocks.online += blocks
    this.memory.totalKiB += blocks * this.spec.memory.blockMiB * 1024
  }
}

/** Of a machine that was made by this module's callers: its kernel is behind its files. */
const programsOf = (machine: Machine | undefined): BpfPrograms | undefined =>
  machine && (machine.files as RootFiles).kernel.bpf

function defaultBootLog(spec: MachineSpec): string[] {
  return [
    spec.kernel.banner.trimEnd(),
    `Command line: ${spec.kernel.cmdline}`,
    'Hypervisor detected: KVM',
    `smpboot: Allowing ${spec.possibleCpus} CPUs, ${spec.possibleCpus - spec.cpus.length} hotplug CPUs`,
    `Memory: ${spec.memory.totalKiB}K available`,
    `smp: Brought up 1 node, ${spec.cpus.length} CPU${spec.cpus.length === 1 ? '' : 's'}`,
  ]
}
