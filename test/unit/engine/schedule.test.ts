import { expect } from 'chai'
import type { ArmResult } from '../../../reports/record/arm.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import { PodStartError } from '../../../helpers/pods/podStartError.ts'
import { CHECK_STARTED } from '../../../engine/arm/tryArm.ts'
import type { Arm } from '../../../engine/plan/arm.ts'
import { NodeBudget } from '../../../engine/schedule/budget.ts'
import { PodPool, type PodRequest } from '../../../engine/schedule/podPool.ts'
import { type Schedule, startSchedule } from '../../../engine/schedule/schedule.ts'
import { arm, podHandle, podSpec } from './armDouble.ts'

/** A schedule whose arms end when the test says so. */
class Bench {
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

const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
const idle = () => Promise.resolve()
const withPods = (id: string, pods: Arm['pods'], overrides: Parameters<typeof arm>[2] = {}) =>
  arm(id, idle, { pods, ...overrides })

describe('the schedule', () => {
  it('never asks a node for more than its budget', async () => {
    const bench = new Bench(250)
    bench.start(['A', 'B', 'C'].map((id) => withPods(id, { p: podSpec({ shared: false }) })))
    await settle()
    expect([...bench.running]).to.deep.equal(['A', 'B'])
    await bench.end('A')
    expect([...bench.running]).to.deep.equal(['B', 'C'])
    expect(bench.peakMib).to.equal(200)
  })

  it('keeps room for the pods that a check makes in its course, until they are gone', async () => {
    const bench = new Bench(1000)
    const making = (id: string) => withPods(id, {}, { definition: { furtherPods: 60 } })
    let gone = (): void => undefined
    bench.furtherGone = new Promise((resolve) => (gone = resolve))
    bench.start([making('A'), making('B')])
    await settle()
    expect([...bench.running]).to.deep.equal(['A'])
    expect(bench.budget.used.pods).to.equal(60)
    await bench.end('A')
    expect([...bench.running], 'while the pods of A are going').to.deep.equal([])
    gone()
    await settle()
    expect([...bench.running]).to.deep.equal(['B'])
    await bench.end('B')
    expect(bench.budget.used).to.deep.equal({ millicores: 0, mib: 0, pods: 0 })
  })

  it('makes one pod of identical pods of read-only checks, and removes it after the last', async () => {
    const bench = new Bench(1000)
    bench.start([withPods('A', { p: podSpec() }), withPods('B', { p: podSpec() })])
    await settle()
    expect(bench.created).to.have.length(1)
    await bench.end('A')
    expect(bench.removed).to.be.empty
    await bench.end('B')
    expect(bench.removed).to.have.length(1)
    expect(bench.budget.used).to.deep.equal({ millicores: 0, mib: 0, pods: 0 })
  })

  it('hands out no pod that is lost: who comes later gets another, and each is removed once', async () => {
    const bench = new Bench(1000)
    bench.start(
      ['A', 'B', 'C'].map((id) => withPods(id, { p: podSpec() })),
      2,
    )
    await settle()
    bench.pool.drop(bench.handles[0] as PodHandle)
    await bench.end('A')
    expect(bench.created, 'for C').to.have.length(2)
    await bench.end('B')
    expect(bench.removed).to.have.length(1)
    await bench.end('C')
    expect(bench.removed).to.have.length(2)
    expect(bench.budget.used).to.deep.equal({ millicores: 0, mib: 0, pods: 0 })
  })

  it('starts a pod anew that did not start because the cluster was disturbed', async () => {
    const bench = new Bench(1000)
    bench.failStart = Object.assign(new Error('reset'), { name: 'ApiError', code: 0 })
    const shared = ['A', 'B'].map((id) => withPods(id, { p: podSpec() }))
    for (const each of shared) bench.pool.plan(each)
    const [first, second] = shared as [Arm, Arm]
    await Promise.allSettled(Object.values(bench.pool.acquire(first)))
    await settle()
    bench.failStart = null
    expect((await bench.pool.acquire(second).p)?.name).to.equal('p')
  })

  it('removes a pod that did not start: it takes room all the same', async () => {
    const bench = new Bench(1000)
    const failure = { reason: 'FailedCreatePodSandBox', message: 'clh: signal: aborted' }
    const error = new PodStartError('product', 'no', { failure, object: null })
    error.pod = podHandle('stuck')
    bench.failStart = error
    const asking = withPods('A', { p: podSpec() })
    bench.pool.plan(asking)
    await Promise.allSettled(Object.values(bench.pool.acquire(asking)))
    bench.pool.release(asking, bench.furtherGone)
    await bench.pool.settled()
    expect(bench.removed).to.deep.equal(['stuck'])
  })

  it('keeps two equal pods of one check apart', async () => {
    const bench = new Bench(1000)
    bench.start([withPods('A', { one: podSpec(), two: podSpec() })])
    await settle()
    expect(bench.created).to.have.length(2)
  })

  it('does not let small arms starve a large one', async () => {
    const bench = new Bench(300)
    bench.start([
      withPods('small', { p: podSpec({ shared: false }) }),
      withPods('large', { p: podSpec({ shared: false, memory: '300Mi' }) }),
      withPods('late', { p: podSpec({ shared: false }) }),
    ])
    await settle()
    expect(bench.started).to.deep.equal(['small'])
    await bench.end('small')
    expect(bench.started).to.deep.equal(['small', 'large'])
    await bench.end('large')
    expect(bench.started).to.deep.equal(['small', 'large', 'late'])
  })

  it('starts the longest first', async () => {
    const bench = new Bench(100)
    bench.start([
      withPods('short', { p: podSpec({ shared: false }) }),
      withPods('long', { p: podSpec({ shared: false }) }, { definition: { timeoutMs: 600_000 } }),
    ])
    await bench.end('long')
    expect(bench.started).to.deep.equal(['long', 'short'])
  })

  it('learns from arms of the same behaviour which are the longest', async () => {
    const bench = new Bench(100)
    const of = (id: string, behaviour: string) => {
      const each = withPods(id, { p: podSpec({ shared: false }) })
      return { ...each, planned: { ...each.planned, behaviour } }
    }
    bench.checkMs = 60_000
    bench.start([of('slow 1', 'slow'), of('A', 'A'), of('slow 2', 'slow')])
    await bench.end('slow 1')
    expect(bench.started).to.deep.equal(['slow 1', 'slow 2'])
  })

  it('has a lower bound of the time in which pods were needed, not of that in which they were only kept', async () => {
    const bench = new Bench(200)
    const kept = podSpec({ tag: 'kept' })
    bench.start([
      withPods('A', { p: kept }),
      withPods('B', { p: podSpec() }),
      withPods('C', { p: kept, q: podSpec({ tag: 'c' }) }),
    ])
    for (const [id, at] of [
      ['A', 100],
      ['B', 1100],
      ['C', 1200],
    ] as const) {
      await settle()
      bench.now = at
      await bench.end(id)
    }
    expect(bench.created).to.deep.equal(['p kept', 'p a', 'q c'])
    expect(bench.pool.lowerBoundMs()).to.equal((100 + 1100 + 100 + 100) / 2)
  })

  it('has arms that a pod is kept for before others', async () => {
    const bench = new Bench(200)
    const kept = podSpec({ tag: 'kept' })
    bench.start([
      withPods('A', { p: kept }),
      withPods('B', { p: podSpec({ tag: 'b', memory: '200Mi' }) }),
      withPods('C', { p: kept, q: podSpec({ tag: 'c' }) }),
    ])
    await bench.end('A')
    expect(bench.started).to.deep.equal(['A', 'C'])
    await bench.end('C')
    expect(bench.started).to.deep.equal(['A', 'C', 'B'])
    expect(bench.created).to.deep.equal(['p kept', 'q c', 'p b'])
  })

  it('has a control just before the arms that wait for it, canaries before all', async () => {
    const bench = new Bench(1000)
    const long = { definition: { timeoutMs: 600_000 } }
    const as = (role: 'control' | 'canary', id: string) => {
      const each = withPods(id, {})
      return { ...each, planned: { ...each.planned, role } }
    }
    bench.start([
      withPods('short', {}),
      withPods('long', {}, { ...long, control: 'control of long' }),
      as('control', 'control of nobody'),
      as('control', 'control of long'),
      as('canary', 'canary'),
    ])
    expect(bench.started).to.deep.equal(['canary', 'control of long', 'long', 'control of nobody', 'short'])
  })

  it('gives an exclusive arm the node for itself', async () => {
    const bench = new Bench(1000)
    bench.start([
      withPods('measured', { p: podSpec() }, { definition: { exclusive: true } }),
      withPods('A', { p: podSpec() }),
      withPods('B', { p: podSpec() }),
    ])
    await settle()
    expect([...bench.running]).to.deep.equal(['A', 'B'])
    await bench.end('A')
    expect(bench.running.has('measured')).to.equal(false)
    await bench.end('B')
    expect([...bench.running]).to.deep.equal(['measured'])
  })

  it('gives up pods that are only kept for later, when nothing else makes room', async () => {
    const bench = new Bench(200)
    const [first, second] = [podSpec({ tag: 'first' }), podSpec({ tag: 'second' })]
    bench.start([
      withPods('A', { p: first }),
      withPods('B', { p: second }),
      withPods('C', { p: first, q: podSpec({ tag: 'c' }) }),
      withPods('D', { p: second, q: podSpec({ tag: 'd' }) }),
    ])
    await bench.end('A')
    expect(bench.started).to.deep.equal(['A', 'B'])
    await bench.end('B')
    expect(bench.started).to.deep.equal(['A', 'B', 'C'])
    await bench.end('C')
    expect(bench.started).to.deep.equal(['A', 'B', 'C', 'D'])
    expect(bench.created).to.deep.equal(['p first', 'p second', 'q c', 'p second', 'q d'])
  })

  it('runs no more arms at once than it is told', async () => {
    const bench = new Bench(1000)
    bench.start(
      ['A', 'B', 'C'].map((id) => withPods(id, { p: podSpec() })),
      2,
    )
    await settle()
    expect(bench.running.size).to.equal(2)
  })

  it('tries an arm that no node can ever hold alone, so that the cluster says why', async () => {
    const bench = new Bench(100)
    bench.start([withPods('huge', { p: podSpec({ memory: '500Mi' }) })])
    await settle()
    expect(bench.started).to.deep.equal(['huge'])
  })
})
