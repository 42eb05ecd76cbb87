import { MachineError } from '../machineError.ts'
import type { OpenFile } from '../fs/openFile.ts'
import type { Program } from '../fs/inode.ts'
import { BrokenPipe } from '../fs/streams.ts'
import { BlockedCalls, Interrupted, Killed } from './blockedCalls.ts'
import type { Cgroup } from './cgroup.ts'
import { Descriptors } from './descriptors.ts'
import type { Kernel } from './kernel.ts'
import type { ModelProcess } from './modelProcess.ts'
import type { PidNs } from './namespaces.ts'
import type { ProcessContext } from './processContext.ts'
import { defaultAction, signalNumber } from './signals.ts'

export type Handler = 'ignore' | ((signal: string) => void)

const SPEND_QUANTUM_USEC = 10_000
const BASE_ANON_KIB = 60
const NO_CHILDREN: ReadonlySet<Process> = new Set()

export class Process {
  readonly kernel: Kernel
  /** In the machine's own namespace. */
  readonly pid: number
  /** From its own namespace up to the machine's. */
  readonly pids: readonly (readonly [namespace: PidNs, pid: number])[]
  readonly startedAt: number
  readonly fds = new Descriptors()
  readonly context: ProcessContext
  parent: Process | null
  comm = ''
  argv: string[] = []
  exe = ''
  umask = 0o022
  cpuUsec = 0
  anonKiB = 0
  /** Shared file pages of the program: shown, not charged. */
  fileKiB: number
  dead = false
  status = 0
  endedBy: string | null = null
  oomKilled = false
  kernelThread = false
  threads = 1
  stopped = false
  /** What a process of the node or of the system is: no code of ours runs in it. */
  model: ModelProcess | null = null
  readonly #blocked = new BlockedCalls()
  #children: Set<Process> | null = null
  #handlers: Map<string, Handler> | null = null
  #exitListeners: (() => void)[] | null = null
  #debtUsec = 0

  /** @param born what was settled before it was made */
  constructor(kernel: Kernel, context: ProcessContext, parent: Process | null, born?: { pid: number; at: number }) {
    this.kernel = kernel
    this.context = context
    this.parent = parent
    this.startedAt = born?.at ?? kernel.timers.now()
    // A guest maps its programs from virtiofs or DAX: hardly a page counts (recorded: 4 kB there, 1,420 kB under runc).
    this.fileKiB = kernel.distribution ? 1420 : 4
    this.pids = kernel.enter(this, context.pidNs, born?.pid)
    this.pid = this.pidIn(kernel.rootPidNs)
    parent?.adopt(this)
  }

  get cgroup(): Cgroup {
    return this.context.cgroup
  }

  get uid(): number {
    return this.context.uid
  }

  get oomScoreAdj(): number {
    return this.context.oomScoreAdj
  }

  rssKiB(): number {
    return this.model ? this.model.memory.rssKiB : this.anonKiB + this.fileKiB
  }

  /** pid as a process of that namespace sees it; 0 when it cannot. */
  pidIn(namespace: PidNs): number {
    for (const [of, pid] of this.pids) if (of === namespace) return pid
    return 0
  }

  get ownPid(): number {
    return this.pidIn(this.context.pidNs)
  }

  get children(): ReadonlySet<Process> {
    return this.#children ?? NO_CHILDREN
  }

  adopt(child: Process): void {
    this.#children ??= new Set()
    this.#children.add(child)
  }

  forget(child: Process): void {
    this.#children?.delete(child)
  }

  /** What it does at signals, where that is not the default. */
  get handlers(): Map<string, Handler> {
    this.#handlers ??= new Map()
    return this.#handlers
  }

  can(capability: number): boolean {
    return (this.context.capabilities & (1n << BigInt(capability))) !== 0n
  }

  /** A child with copies of the descriptors. @throws MachineError EAGAIN at pids.max */
  fork(): Process {
    this.check()
    for (let group: Cgroup | null = this.cgroup; group; group = group.parent) {
      if (group.pidsMax === null || group.allProcesses().length < group.pidsMax) continue
      group.pidsMaxEvents++
      throw new MachineError('EAGAIN', 'Resource temporarily unavailable')
    }
    const child = new Process(this.kernel, { ...this.context, env: { ...this.context.env } }, this)
    child.comm = this.comm
    child.argv = this.argv
    child.exe = this.exe
    child.umask = this.umask
    for (const [fd, file] of this.fds) child.setFd(fd, file)
    for (const [signal, handler] of this.#handlers ?? []) if (handler === 'ignore') child.handlers.set(signal, handler)
    child.grow(BASE_ANON_KIB)
    return child
  }

  setFd(fd: number, file: OpenFile): void {
    this.fds.set(fd, file)
  }

  closeFd(fd: number): void {
    this.fds.close(fd)
  }

  freeFd(from = 3): number {
    return this.fds.free(from)
  }

  /** Makes this process the program: execve. */
  become(program: Program, argv: string[], exe: string, comm: string): void {
    this.argv = argv
    this.exe = exe
    this.comm = comm.slice(0, 15)
    for (const [signal, handler] of this.#handlers ?? []) if (handler !== 'ignore') this.handlers.delete(signal)
    for (const fd of [...this.fds.keys()]) if (fd >= 1000) this.closeFd(fd)
  }

  /** Runs code as this process until it ends; never rejects. */
  async run(code: () => number | Promise<number>): Promise<number> {
    try {
      const status = await code()
      this.finish(status)
    } catch (error) {
      if (error instanceof BrokenPipe) this.signalled('PIPE')
      else if (error instanceof MachineError) this.finish(1)
      else if (!(error instanceof Killed)) {
        this.finish(255)
        throw error
      }
    }
    return this.status
  }

  finish(status: number): void {
    if (this.dead) return
    this.status = status & 255
    this.#end()
  }

  /** Ends at once, whatever it does. */
  terminate(signal: string): void {
    if (this.dead) return
    this.endedBy = signal
    this.status = 128 + signalNumber(signal)
    this.#end()
  }

  /** A signal sent to it, from wherever. */
  signalled(signal: string): void {
    if (this.dead) return
    if (signal === 'KILL') return this.terminate(signal)
    if (signal === 'STOP') this.stopped = true
    if (signal === 'CONT') this.stopped = false
    const handler = this.#handlers?.get(signal)
    if (handler === 'ignore') return
    if (handler) return handler(signal)
    // The first process of a namespace gets no signal that it has no handler for (pid_namespaces(7)).
    if (this.ownPid === 1 || defaultAction(signal) !== 'terminate') return
    this.terminate(signal)
  }

  /** Wakes a blocked call with EINTR. */
  interrupt(): void {
    this.#blocked.wakeAll(() => new Interrupted())
  }

  onExit(listener: () => void): void {
    if (this.dead) listener()
    else if (this.#exitListeners) this.#exitListeners.push(listener)
    else this.#exitListeners = [listener]
  }

  /**
   * Waits for something; ends early when the process is killed or, if asked for, when a handled signal comes. What `start` returns is called
   * at the end of the wait, however it ends.
   */
  block<T>(
    start: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | void,
    interruptible = false,
  ): Promise<T> {
    this.check()
    return this.#blocked.wait(start, interruptible)
  }

  /** Awaits a promise that knows nothing of processes. */
  async during<T>(promise: T | Promise<T>): Promise<T> {
    if (!(promise instanceof Promise)) return promise
    return this.block<T>((resolve, reject) => void promise.then(resolve, reject))
  }

  sleep(ms: number): Promise<void> {
    if (ms === Infinity) return this.pause()
    const parked = this.isParked(ms)
    return this.block((resolve) => this.kernel.timers.after(ms, () => resolve(undefined), { parked }))
  }

  /** Until a signal ends it. */
  pause(): Promise<void> {
    return this.block(() => undefined)
  }

  /** On a clock of infinite speed: whether its waiting must not move time (any more). Spends the budget. */
  isParked(ms: number): boolean {
    const parking = this.context.parking
    if (!parking || !this.kernel.timers.instant) return false
    if (!(ms <= parking.budgetMs)) return true
    parking.budgetMs -= ms
    return false
  }

  /** Uses CPU time; a promise once enough has come together to be worth waiting for. */
  spend(usec: number): void | Promise<void> {
    this.check()
    this.#debtUsec += usec
    if (this.#debtUsec < SPEND_QUANTUM_USEC) return
    const debt = this.#debtUsec
    this.#debtUsec = 0
    return this.burn(debt)
  }

  /** Uses up the CPU time that was spent and not waited for: before somebody looks at a clock. */
  async settle(): Promise<void> {
    const debt = this.#debtUsec
    this.#debtUsec = 0
    if (debt > 0) await this.burn(debt)
  }

  /** Computes for that much CPU time. Infinity: until it is killed. */
  burn(usec: number, interruptible = false): Promise<void> {
    return this.block((resolve) => this.kernel.cpu.burn(this, usec, () => resolve(undefined)), interruptible)
  }

  /** Takes memory; may end this process or another. */
  grow(kib: number): void {
    this.kernel.memory.charge(this, this.cgroup, kib, 'anon')
    this.check()
  }

  shrink(kib: number): void {
    this.kernel.memory.release(this, this.cgroup, Math.min(kib, this.anonKiB), 'anon')
  }

  check(): void {
    if (this.dead) throw new Killed()
  }

  read(fd: number, max = 65536): Uint8Array | null | Promise<Uint8Array | null> {
    const file = this.fds.get(fd)
    if (!file) throw new MachineError('EBADF', 'Bad file descriptor')
    const got = file.read(max)
    return got instanceof Promise ? this.during(got) : got
  }

  write(fd: number, data: string | Uint8Array): void | Promise<void> {
    this.check()
    const file = this.fds.get(fd)
    if (!file) throw new MachineError('EBADF', 'Bad file descriptor')
    try {
      const wrote = file.write(typeof data === 'string' ? Buffer.from(data) : data)
      if (wrote instanceof Promise) return this.during(wrote).catch((error: unknown) => this.#writeFailed(error))
    } catch (error) {
      this.#writeFailed(error)
    }
  }

  out(text: string | Uint8Array): void | Promise<void> {
    return text.length === 0 ? undefined : this.write(1, text)
  }

  err(text: string): void | Promise<void> {
    return this.fds.has(2) ? this.write(2, text) : undefined
  }

  async readAll(fd = 0): Promise<Buffer> {
    const chunks: Uint8Array[] = []
    for (let chunk = await this.read(fd); chunk; chunk = await this.read(fd)) {
      chunks.push(chunk)
      await this.spend(5 + chunk.length / 2000)
      this.grow(chunk.length / 1024)
    }
    return Buffer.concat(chunks)
  }

  #writeFailed(error: unknown): never {
    if (!(error instanceof BrokenPipe)) throw error
    if (this.#handlers?.get('PIPE') === 'ignore') throw new MachineError('EPIPE', 'Broken pipe')
    this.terminate('PIPE')
    throw new Killed()
  }

  #end(): void {
    this.dead = true
    this.#blocked.wakeAll(() => new Killed())
    this.fds.closeAll()
    if (this.#debtUsec > 0) this.kernel.cpu.account(this, this.#debtUsec)
    this.kernel.memory.release(this, this.cgroup, this.anonKiB, 'anon')
    this.kernel.leave(this)
    this.model?.ended()
    for (const listener of this.#exitListeners ?? []) listener()
    this.#exitListeners = null
  }
}
