import type { Process } from './process.ts'

/** A control group: limits as written, figures as counted. Figures include those of the groups below. */
export class Cgroup {
  readonly path: string
  readonly parent: Cgroup | null
  readonly children = new Map<string, Cgroup>()
  readonly createdAt: number
  /** Makes the number of the namespace that has this group as its root. */
  readonly createdNumber: number

  memoryMaxKiB: number | null = null
  memoryKiB = 0
  memoryPeakKiB = 0
  shmemKiB = 0
  readonly memoryEvents = { low: 0, high: 0, max: 0, oom: 0, oom_kill: 0, oom_group_kill: 0 }
  oomGroup = false

  cpuQuota: number | null = null
  cpuPeriod = 100_000
  cpuWeight = 100
  usageUsec = 0
  periods = 0
  throttled = 0
  throttledUsec = 0

  pidsMax: number | null = null
  pidsPeak = 0
  pidsMaxEvents = 0
  /** false: limits can be read and do nothing */
  enforcesMemory = true
  enforcesCpu = true
  /** Makes processes that are there but that nobody has looked at. */
  later: (() => void) | null = null
  readonly #processes = new Set<Process>()

  constructor(path: string, parent: Cgroup | null, createdAt: number) {
    this.path = path
    this.parent = parent
    this.createdAt = createdAt
    this.createdNumber = parent ? parent.root().#takeNumber() : 0
  }

  get processes(): ReadonlySet<Process> {
    this.later?.()
    return this.#processes
  }

  enter(process: Process): void {
    this.#processes.add(process)
    this.pidsPeak = Math.max(this.pidsPeak, this.#processes.size)
  }

  leave(process: Process): void {
    this.#processes.delete(process)
  }

  #numbers = 400

  #takeNumber(): number {
    return this.#numbers++
  }

  root(): Cgroup {
    return this.parent?.root() ?? this
  }

  /** The group at a path below this one; made where it is missing. */
  make(path: string, now: number): Cgroup {
    return path
      .split('/')
      .filter((part) => part !== '')
      .reduce<Cgroup>((here, name) => here.#child(name, now), this)
  }

  #child(name: string, now: number): Cgroup {
    const known = this.children.get(name)
    if (known) return known
    const made = new Cgroup(this.path === '/' ? `/${name}` : `${this.path}/${name}`, this, now)
    this.children.set(name, made)
    return made
  }

  allProcesses(): Process[] {
    const found = [...this.processes]
    for (const child of this.children.values()) found.push(...child.allProcesses())
    return found
  }

  /** Removes it when it is empty, as rmdir does. */
  removeIfEmpty(): void {
    if (!this.parent || this.processes.size > 0 || this.children.size > 0) return
    this.parent.children.delete(this.path.slice(this.path.lastIndexOf('/') + 1))
  }

  /** Path as a process with another cgroup namespace root sees it. */
  pathFrom(root: Cgroup): string {
    if (this === root) return '/'
    if (root.path === '/') return this.path
    return this.path.startsWith(`${root.path}/`)
      ? this.path.slice(root.path.length)
      : `/../${this.path.slice(this.path.lastIndexOf('/') + 1)}`
  }
}
