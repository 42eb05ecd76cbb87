import { CHECK_STARTED } from '../../../engine/arm/tryArm.ts'
import type { Arm } from '../../../engine/plan/arm.ts'
import { NodeBudget } from '../../../engine/schedule/budget.ts'
import { PodPool, type PodRequest } from '../../../engine/schedule/podPool.ts'
import { type Schedule, startSchedule } from '../../../engine/schedule/schedule.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import type { ArmResult } from '../../../reports/record/arm.ts'
import { podHandle } from './armDouble.ts'

/** A schedule whose arms end when the test says so. */
export class ScheduleBench {
  readonly running = new Set<string>()
  readonly started: string[] = []
  readonly created: string[] = []
  readonly removed: string[] = []
  readonly handles: PodHandle[] = []
  failStart: Error | null = null
  peakMib = 0
  /** When the pods that a check made in its course are gone. */
  furtherGone = Promise.resolve()
  /** What the pool's clock says, ms. */
  now = 0
  /** What every check takes, ms. */
  checkMs = 0
  readonly #ends = new Map<string, () => void>()
  readonly budget: NodeBudget
  readonly pool: PodPool
  schedule: Schedule | null = null

  constructor(mib: number) {
    this.budget = new NodeBudget('n1', { millicores: 100_000, mib, pods: 100 })
    const budgets = new Map([['n1', this.budget]])
    const starter = {
      start: ({ spec, name }: PodRequest): Promise<PodHandle> => {
        this.created.push(`${name} ${String(spec.manifest.metadata.annotations?.tag)}`)
        this.peakMib = Math.max(this.peakMib, this.budget.used.mib)
        if (this.failStart) return Promise.reject(this.failStart)
        const handle = podHandle(name)
        this.handles.push(handle)
        return Promise.resolve(handle)
      },
      remove: (pod: PodHandle) => {
        this.removed.push(pod.name)
        return Promise.resolve()
      },
    }
    this.pool = new PodPool({
      starter,
      budgets,
      signal: new AbortController().signal,
      now: () => this.now,
      roomHasGrown: () => this.schedule?.roomMayHaveGrown(),
      podStarted: (spec, ms) => this.schedule?.podStarted(spec, ms),
    })
  }

  start(arms: Arm[], maxArms = 64): void {
    this.schedule = startSchedule({
      arms,
      pool: this.pool,
      budgets: new Map([['n1', this.budget]]),
      maxArms,
      signal: new AbortController().signal,
      onStart: ({ planned }) => void this.started.push(planned.id),
      run: async (each) => {
        this.running.add(each.planned.id)
        await Promise.all(Object.values(this.pool.acquire(each)))
        await new Promise<void>((resolve) => this.#ends.set(each.planned.id, resolve))
        this.running.delete(each.planned.id)
        this.pool.release(each, this.furtherGone)
        const timeline = [{ atMs: 0, what: CHECK_STARTED }]
        return { timeline, durationMs: this.checkMs } as unknown as ArmResult
      },
    })
  }

  async end(id: string): Promise<void> {
    await settle()
    this.#ends.get(id)?.()
    await settle()
  }
}

export const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
