import { expect } from 'chai'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import { PodStartError } from '../../../helpers/pods/podStartError.ts'
import type { Arm } from '../../../engine/plan/arm.ts'
import { arm, podHandle, podSpec } from './armDouble.ts'
import { ScheduleBench, settle } from './scheduleBench.ts'

const idle = () => Promise.resolve()
const withPods = (id: string, pods: Arm['pods'], overrides: Parameters<typeof arm>[2] = {}) =>
  arm(id, idle, { pods, ...overrides })

describe('the schedule', () => {
  it('never asks a node for more than its budget', async () => {
    const bench = new ScheduleBench(250)
    bench.start(['A', 'B', 'C'].map((id) => withPods(id, { p: podSpec({ shared: false }) })))
    await settle()
    expect([...bench.running]).to.deep.equal(['A', 'B'])
    await bench.end('A')
    expect([...bench.running]).to.deep.equal(['B', 'C'])
    expect(bench.peakMib).to.equal(200)
  })

  it('keeps room for the pods that a check makes in its course, until they are gone', async () => {
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(1000)
    bench.start([withPods('A', { one: podSpec(), two: podSpec() })])
    await settle()
    expect(bench.created).to.have.length(2)
  })

  it('does not let small arms starve a large one', async () => {
    const bench = new ScheduleBench(300)
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
    const bench = new ScheduleBench(100)
    bench.start([
      withPods('short', { p: podSpec({ shared: false }) }),
      withPods('long', { p: podSpec({ shared: false }) }, { definition: { timeoutMs: 600_000 } }),
    ])
    await bench.end('long')
    expect(bench.started).to.deep.equal(['long', 'short'])
  })

  it('learns from arms of the same behaviour which are the longest', async () => {
    const bench = new ScheduleBench(100)
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
    const bench = new ScheduleBench(200)
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
    const bench = new ScheduleBench(200)
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
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(1000)
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
    const bench = new ScheduleBench(200)
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
    const bench = new ScheduleBench(1000)
    bench.start(
      ['A', 'B', 'C'].map((id) => withPods(id, { p: podSpec() })),
      2,
    )
    await settle()
    expect(bench.running.size).to.equal(2)
  })

  it('tries an arm that no node can ever hold alone, so that the cluster says why', async () => {
    const bench = new ScheduleBench(100)
    bench.start([withPods('huge', { p: podSpec({ memory: '500Mi' }) })])
    await settle()
    expect(bench.started).to.deep.equal(['huge'])
  })
})
