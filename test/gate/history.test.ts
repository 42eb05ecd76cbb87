import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { learn } from '../../reports/history/experience.ts'
import { addRun, pruneRuns, storedRuns, StoreError } from '../../reports/history/store.ts'
import { metricTrends, trendsOf } from '../../reports/history/trend.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { Verdict } from '../../reports/record/verdict.ts'
import { randomOf } from '../reliability/random.ts'
import { noisyFigure } from './noisyFigure.ts'
import { type CheckDouble, runDouble } from './runDouble.ts'

describe('the archive of runs', () => {
  let store: string
  beforeEach(() => (store = mkdtempSync(path.join(os.tmpdir(), 'store-'))))
  afterEach(() => rmSync(store, { recursive: true }))

  const kata = (value: string) => [
    { subject: 'cluster', name: 'kataVersion', value, unit: null, how: 'h', evidence: null },
  ]
  let hour = 0
  const keep = (id: string, checks: readonly CheckDouble[], more: Partial<RunRecord> = {}) => {
    hour += 1
    const startedAt = new Date(Date.UTC(2026, 2, 1, hour)).toISOString()
    return addRun(store, runDouble(id, checks, { startedAt, facts: kata('3.26.0'), ...more }))
  }
  const check = (verdict: Verdict): CheckDouble => ({ behaviour: 'KATA-A-001', verdicts: [verdict] })

  it('gives runs back as they are, the oldest first', () => {
    keep('b', [check('passed')])
    keep('a', [check('failed')])
    expect(storedRuns(store).map(({ name }) => name)).to.deep.equal(['b', 'a'])
    expect(storedRuns(store)[1]?.record.arms[0]?.verdict).to.equal('failed')
    expect(storedRuns(path.join(store, 'none'))).to.deep.equal([])
  })

  it('takes no run twice, no shard, no name that leaves the folder, and nothing that is no measure', () => {
    keep('a', [check('passed')])
    expect(() => keep('a', [check('passed')])).to.throw(StoreError, /has a run a; give another --name/)
    expect(() => addRun(store, runDouble('x', [check('passed')]), '../x')).to.throw(StoreError, /no name for a run/)
    expect(() => keep('i', [check('passed')], { outcome: 'invalid' })).to.throw(StoreError, /invalid: no measure/)
    expect(() => keep('s', [], { shard: { index: 1, count: 2, planHash: 'h' } })).to.throw(StoreError, /merge/)
    expect(readdirSync(path.join(store, 'runs'))).to.deep.equal(['a'])
    expect(addRun(store, runDouble('i', [check('passed')], { outcome: 'incomplete' }), 'kept', true)).to.equal('kept')
  })

  it('keeps the newest of each release', () => {
    for (const id of ['a', 'b', 'c']) keep(id, [check('passed')])
    keep('d', [check('passed')], { facts: kata('3.27.0') })
    expect(pruneRuns(store, 2, true)).to.deep.equal(['a'])
    expect(storedRuns(store)).to.have.length(4)
    expect(pruneRuns(store, 2)).to.deep.equal(['a'])
    expect(storedRuns(store).map(({ name }) => name)).to.deep.equal(['b', 'c', 'd'])
  })

  it('tells since which run a behaviour fails without a break', () => {
    for (const [id, verdict] of [
      ['a', 'failed'],
      ['b', 'passed'],
      ['c', 'failed'],
      ['d', 'skipped'],
      ['e', 'failed'],
    ] as const)
      keep(id, [check(verdict)])
    const [trend] = trendsOf(storedRuns(store), 'KATA-A-001')
    expect(trend?.key).to.equal('KATA-A-001 kata-qemu')
    expect(trend?.points.map(({ state }) => state)).to.deep.equal(['failed', 'passed', 'failed', 'skipped', 'failed'])
    expect(trend?.badSince).to.equal('c')
    keep('f', [check('passed')])
    expect(trendsOf(storedRuns(store), 'KATA-A-001')[0]?.badSince).to.equal(null)
    expect(trendsOf(storedRuns(store), 'KATA-A')).to.deep.equal([])
  })

  it('learns flake rates from runs of one release, and noise from at least three pairs', () => {
    const random = randomOf(5)
    const measured = (verdict: Verdict): CheckDouble[] => [
      check(verdict),
      { behaviour: 'KATA-BENCH-001', figures: [noisyFigure('cold-start', random)] },
    ]
    for (const verdict of ['passed', 'passed', 'failed'] as const) keep(`r${hour}`, measured(verdict))
    expect(learn(storedRuns(store)).noise.size, 'two pairs').to.equal(0)
    keep('last', measured('passed'))
    const { flakeRates, noise } = learn(storedRuns(store))
    expect([...flakeRates]).to.deep.equal([['KATA-A-001 kata-qemu', 0.25]])
    expect(noise.get('cold-start kata-qemu')).to.be.within(0.001, 0.05)
    expect(metricTrends(storedRuns(store), 'cold-start')[0]?.points).to.have.length(4)
  })

  it('learns nothing from what failed in one release and passes in another', () => {
    keep('a', [check('failed')])
    keep('b', [check('passed')], { facts: kata('3.27.0') })
    expect(learn(storedRuns(store)).flakeRates.size).to.equal(0)
  })
})
