import type { Cgroup } from './cgroup.ts'
import type { Process } from './process.ts'
import type { Timers } from './timers.ts'

interface Burn {
  process: Process
  group: Cgroup
  /** CPU time left, µs; Infinity: until it is killed */
  left: number
  /** CPUs it gets now, 0…1 */
  rate: number
  finish: () => void
  stopTimer: (() => void) | null
  parked: boolean
}

/**
 * Shares the online CPUs among the processes that compute: each takes at most one CPU, a quota of a cgroup caps those in it, and what there
 * is goes by weight. Figures are brought up to date when somebody looks or the shares change: nothing ticks.
 */
export class CpuScheduler {
  readonly #timers: Timers
  readonly #root: Cgroup
  readonly #burns = new Set<Burn>()
  #online: number
  #settledAt: number
  #totalUsec = 0

  constructor(timers: Timers, root: Cgroup, online: number) {
    this.#timers = timers
    this.#root = root
    this.#online = online
    this.#settledAt = timers.now()
  }

  get running(): number {
    return this.#burns.size
  }

  totalUsec(): number {
    this.settle()
    return this.#totalUsec
  }

  setOnline(cpus: number): void {
    this.settle()
    this.#online = cpus
    this.#share()
  }

  /** A limit of a cgroup changed. */
  limitsChanged(): void {
    this.settle()
    this.#share()
  }

  /** Accounts time that was used at once: too little to be worth waiting for. */
  account(process: Process, usec: number): void {
    process.cpuUsec += usec
    this.#totalUsec += usec
    for (let group: Cgroup | null = process.cgroup; group; group = group.parent) group.usageUsec += usec
  }

  /** @returns what stops it. `finish` is called once that much CPU time was used. */
  burn(process: Process, usec: number, finish: () => void): () => void {
    this.settle()
    const burn: Burn = {
      process,
      group: process.cgroup,
      left: usec,
      rate: 0,
      finish,
      stopTimer: null,
      parked: process.isParked(usec / 1000),
    }
    this.#burns.add(burn)
    this.#share()
    return () => {
      if (!this.#burns.has(burn)) return
      this.settle()
      this.#drop(burn)
    }
  }

  isBurning(process: Process): boolean {
    for (const burn of this.#burns) if (burn.process === process) return true
    return false
  }

  settle(): void {
    const now = this.#timers.now()
    const ms = now - this.#settledAt
    this.#settledAt = now
    if (ms <= 0 || this.#burns.size === 0) return
    for (const burn of this.#burns) {
      const used = Math.min(burn.left, burn.rate * ms * 1000)
      burn.left -= used
      this.account(burn.process, used)
    }
    for (const [group, demand] of this.#demands()) {
      const allowed = quotaCpus(group)
      if (allowed === null) continue
      const periods = (ms * 1000) / group.cpuPeriod
      group.periods += periods
      if (demand <= allowed) continue
      group.throttled += periods
      group.throttledUsec += (Math.min(demand, this.#online) - Math.min(allowed, this.#online)) * ms * 1000
    }
  }

  #demands(): Map<Cgroup, number> {
    const demands = new Map<Cgroup, number>()
    for (const burn of this.#burns) {
      for (let group: Cgroup | null = burn.group; group; group = group.parent)
        demands.set(group, (demands.get(group) ?? 0) + 1)
    }
    return demands
  }

  #drop(burn: Burn): void {
    this.#burns.delete(burn)
    burn.stopTimer?.()
    this.#share()
  }

  #share(): void {
    const given = new Map<Burn, number>()
    divide(this.#root, [...this.#burns], this.#online, given)
    for (const burn of this.#burns) {
      burn.rate = given.get(burn) ?? 0
      burn.stopTimer?.()
      burn.stopTimer = null
      if (burn.left === Infinity || burn.rate === 0) continue
      burn.stopTimer = this.#timers.after(
        burn.left / burn.rate / 1000,
        () => {
          this.settle()
          this.#drop(burn)
          burn.finish()
        },
        { parked: burn.parked },
      )
    }
  }
}

function quotaCpus(group: Cgroup): number | null {
  return group.enforcesCpu && group.cpuQuota !== null ? group.cpuQuota / group.cpuPeriod : null
}

/** Hands `cpus` to the burns below a group: by weight between its children and its own processes, nobody more than it can use. */
function divide(group: Cgroup, burns: Burn[], cpus: number, given: Map<Burn, number>): void {
  const allowed = Math.min(cpus, quotaCpus(group) ?? Infinity)
  const own = burns.filter((burn) => burn.group === group)
  if (own.length === burns.length) {
    for (const burn of own) given.set(burn, Math.min(1, allowed / own.length))
    return
  }
  const claims: { weight: number; most: number; take: (cpus: number) => void }[] = []
  for (const burn of own) claims.push({ weight: 100, most: 1, take: (share) => given.set(burn, share) })
  for (const child of group.children.values()) {
    const inside = burns.filter((burn) => burn.group === child || burn.group.path.startsWith(`${child.path}/`))
    if (inside.length === 0) continue
    const most = Math.min(inside.length, quotaCpus(child) ?? Infinity)
    claims.push({ weight: child.cpuWeight, most, take: (share) => divide(child, inside, share, given) })
  }
  let rest = allowed
  let open = claims
  while (open.length > 0) {
    const weights = open.reduce((sum, claim) => sum + claim.weight, 0)
    const full = open.filter((claim) => claim.most <= (rest * claim.weight) / weights)
    if (full.length === 0) {
      for (const claim of open) claim.take((rest * claim.weight) / weights)
      return
    }
    for (const claim of full) claim.take(claim.most)
    rest -= full.reduce((sum, claim) => sum + claim.most, 0)
    open = open.filter((claim) => !full.includes(claim))
  }
}
