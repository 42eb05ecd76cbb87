import { MachineError } from '../machineError.ts'
import type { MachineSpec } from '../machine.ts'
import type { Cgroup } from './cgroup.ts'
import type { Process } from './process.ts'

/** What the OOM killer needs of the kernel around it. */
export interface OomWorld {
  processes(): Iterable<Process>
  report(kind: 'memcg' | 'global', group: Cgroup | null, victim: Process, asker: Process | null): void
  panic(why: string): void
}

/** The RAM of a machine: who uses it, who may, and who dies when it is gone. All figures in KiB. */
export class Memory {
  readonly idle: MachineSpec['memory']['idle']
  totalKiB: number
  /** anonymous pages of the processes that the model runs, beyond idle.anon */
  anonKiB = 0
  /** tmpfs and shared memory */
  shmemKiB = 0
  /** page cache of files, beyond idle.cached: given back under pressure */
  cacheKiB = 0
  /** what the kernel itself keeps beyond idle.slabUnreclaimable */
  slabKiB = 0
  /** processes with a life of their own: hypervisors, shims, daemons */
  residentKiB = 0
  #touchedKiB = 0
  readonly shortListeners: ((missingKiB: number) => void)[] = []
  readonly #touchListeners: ((touchedKiB: number) => void)[] = []
  readonly #world: OomWorld

  constructor(spec: MachineSpec['memory'], world: OomWorld) {
    this.idle = spec.idle
    this.totalKiB = spec.totalKiB
    this.#world = world
    this.#touchedKiB = this.usedKiB()
  }

  /** Everything that is not MemFree. */
  usedKiB(): number {
    const i = this.idle
    const system =
      i.slabReclaimable +
      i.slabUnreclaimable +
      i.percpu +
      i.anon +
      i.buffers +
      i.cached +
      i.kernelStack +
      i.pageTables +
      (i.other ?? 0)
    return system + this.slabKiB + this.residentKiB + this.anonKiB + this.shmemKiB + this.cacheKiB
  }

  freeKiB(): number {
    return Math.max(0, this.totalKiB - this.usedKiB())
  }

  /** High-water mark of what was ever used: pages once touched stay backed by the host. */
  touchedKiB(): number {
    return this.#touchedKiB
  }

  onTouched(listener: (touchedKiB: number) => void): void {
    this.#touchListeners.push(listener)
  }

  /**
   * Gives memory to a process, killing whom the kernel would kill for it.
   * @throws MachineError ENOMEM when nobody is left to kill but the asker lives
   */
  charge(process: Process | null, group: Cgroup, kib: number, kind: 'anon' | 'shmem'): void {
    let left = kib
    while (left > 0) {
      const { room, tight } = this.#room(group)
      const take = Math.min(left, room)
      this.#add(process, group, take, kind)
      left -= take
      if (left <= 0) return
      if (tight) tight.memoryEvents.max++
      else if (this.#helped(left)) continue
      this.#kill(tight, process)
      if (process?.dead) return
    }
  }

  release(process: Process | null, group: Cgroup, kib: number, kind: 'anon' | 'shmem'): void {
    this.#add(process, group, -kib, kind)
  }

  /** Page cache: takes what is free, never kills. */
  cache(kib: number): void {
    this.cacheKiB += Math.min(kib, Math.max(0, this.freeKiB() - this.reserveKiB()))
    this.#touch()
  }

  /** A hypervisor, shim or daemon grew or shrank. */
  resident(kib: number): void {
    const missing = kib - this.freeKiB()
    if (missing > 0) this.cacheKiB = Math.max(0, this.cacheKiB - missing)
    this.residentKiB += kib
    if (kib > 0) this.#touch()
  }

  dropCache(): void {
    this.cacheKiB = 0
  }

  /** What the kernel keeps for itself (totalreserve_pages), by the recorded guests: 1.45 % of the RAM and 600 KiB. */
  reserveKiB(): number {
    return Math.round(this.totalKiB * 0.0145 + 600)
  }

  #room(group: Cgroup): { room: number; tight: Cgroup | null } {
    let room = this.freeKiB() + this.cacheKiB
    let tight: Cgroup | null = null
    for (let at: Cgroup | null = group; at; at = at.parent) {
      if (!at.enforcesMemory || at.memoryMaxKiB === null) continue
      const here = Math.max(0, at.memoryMaxKiB - at.memoryKiB)
      if (here < room) {
        room = here
        tight = at
      }
    }
    return { room, tight }
  }

  #add(process: Process | null, group: Cgroup, kib: number, kind: 'anon' | 'shmem'): void {
    if (kib === 0) return
    const missing = kib - this.freeKiB()
    if (missing > 0) this.cacheKiB = Math.max(0, this.cacheKiB - missing)
    if (kind === 'anon') {
      this.anonKiB += kib
      if (process) process.anonKiB += kib
    } else this.shmemKiB += kib
    for (let at: Cgroup | null = group; at; at = at.parent) {
      at.memoryKiB += kib
      if (kind === 'shmem') at.shmemKiB += kib
      if (at.memoryKiB > at.memoryPeakKiB) at.memoryPeakKiB = at.memoryKiB
    }
    if (kib > 0) this.#touch()
  }

  #touch(): void {
    const used = this.usedKiB()
    if (used <= this.#touchedKiB) return
    this.#touchedKiB = Math.min(used, this.totalKiB)
    for (const listener of this.#touchListeners) listener(this.#touchedKiB)
  }

  /** Asks whoever could plug more RAM. @returns whether there is more now */
  #helped(missingKiB: number): boolean {
    const before = this.totalKiB
    for (const listener of this.shortListeners) listener(missingKiB)
    return this.totalKiB > before
  }

  #kill(tight: Cgroup | null, asker: Process | null): void {
    if (tight) tight.memoryEvents.oom++
    const candidates = tight ? tight.allProcesses() : [...this.#world.processes()]
    const victim = worst(candidates, this.totalKiB, asker)
    if (!victim) {
      if (!tight) this.#world.panic('Out of memory and no killable processes...')
      throw new MachineError('ENOMEM', 'Out of memory')
    }
    this.#world.report(tight ? 'memcg' : 'global', tight, victim, asker)
    const whole = groupToKill(victim.cgroup, tight)
    if (whole) {
      whole.memoryEvents.oom_group_kill++
      for (const process of whole.allProcesses()) killOne(process)
    } else killOne(victim)
  }
}

function killOne(process: Process): void {
  for (let group: Cgroup | null = process.cgroup; group; group = group.parent) group.memoryEvents.oom_kill++
  process.oomKilled = true
  process.terminate('KILL')
}

/** What is at work when memory runs out has its buffers and page tables resident: it is ahead of what sleeps. */
const AT_WORK_KIB = 200

/** oom_badness: resident pages, plus oom_score_adj in thousandths of the RAM; -1000 is exempt. */
function worst(candidates: Process[], totalKiB: number, asker: Process | null): Process | null {
  let best: Process | null = null
  let most = -Infinity
  for (const process of candidates) {
    if (process.oomScoreAdj <= -1000 || process.dead || process.kernelThread) continue
    const points = process.rssKiB() + (process === asker ? AT_WORK_KIB : 0) + (process.oomScoreAdj * totalKiB) / 1000
    if (points > most) {
      most = points
      best = process
    }
  }
  return best
}

/** memory.oom.group of the victim's group or of one between it and the one that ran full: the outermost counts. */
function groupToKill(group: Cgroup, tight: Cgroup | null): Cgroup | null {
  let found: Cgroup | null = null
  for (let at: Cgroup | null = group; at; at = at.parent) {
    if (at.oomGroup) found = at
    if (at === tight) break
  }
  return found
}
