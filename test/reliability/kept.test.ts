import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { keptIn } from './kept.ts'
import { isBadTally, tableOf, type Tally } from './summary.ts'

const tally = (seed: number, fault: string, more: Partial<Tally> = {}): Tally => ({
  ...{ seed, fault, struck: true, retried: false, broken: false, wrong: false, left: false, hang: false, other: false },
  ...more,
})

describe('runs under faults that are kept', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-kept-'))
  after(() => rmSync(folder, { recursive: true }))

  it('are there for the next portion, which adds to them', () => {
    const first = keptIn(path.join(folder, 'new'))
    first.add(tally(1, 'exec-cut'))
    first.addUndisturbed('real agent', { record: {} as never, requests: 7, ms: 9 })
    const second = keptIn(path.join(folder, 'new'))
    expect(second.tallies).to.deep.equal([tally(1, 'exec-cut')])
    expect(second.undisturbed('real agent')).to.include({ requests: 7, ms: 9 })
    expect(second.undisturbed('real nodes')).to.equal(undefined)
    second.add(tally(2, 'exec-cut'))
    expect(keptIn(path.join(folder, 'new')).tallies.map(({ seed }) => seed)).to.deep.equal([1, 2])
  })

  it('are counted by fault, and all together', () => {
    const runs = [
      tally(1, 'exec-cut', { retried: true }),
      tally(2, 'node-lost', { broken: true, wrong: true }),
      tally(3, 'exec-cut', { struck: false }),
    ]
    expect(tableOf(runs)).to.deep.equal({
      head: ['fault', 'runs', 'struck', 'retried', 'broken', 'wrong', 'left', 'hang', 'other'],
      rows: [
        ['exec-cut', '2', '1', '1', '0', '0', '0', '0', '0'],
        ['node-lost', '1', '1', '0', '1', '1', '0', '0', '0'],
        ['all', '3', '2', '1', '1', '1', '0', '0', '0'],
      ],
    })
    expect(runs.map(isBadTally)).to.deep.equal([false, true, false])
  })
})
