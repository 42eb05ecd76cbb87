import { expect } from 'chai'
import { judge, longestSilence, type Seen } from '../../../engine/upgrade/witnesses/judge.ts'
import type { Witness, WitnessKind } from '../../../reports/record/upgradeJournal.ts'

const bootId = '11111111-2222-3333-4444-555555555555'

const witness = (...kinds: WitnessKind[]): Witness => ({
  name: 'witness-0',
  namespace: 'n',
  uid: 'u',
  node: 'kata-1',
  runtimeClass: 'kata-qemu',
  kinds,
  bootId,
  restarts: 0,
})

const wrote = (...pairs: [n: number, t: number][]) => pairs.map(([n, t]) => `wrote ${n} ${t}`).join('\n')
const lines = (...numbers: number[]) => numbers.map((n) => `${bootId} ${n}\n`).join('')

const seen: Seen = {
  pod: { uid: 'u', phase: 'Running', restarts: 0, ready: true },
  bootId,
  log: `start ${bootId}\n${wrote([1, 100], [2, 101], [3, 102])}\n`,
  file: lines(1, 2, 3),
  block: null,
  why: '',
  now: null,
  nodeLost: false,
}

const verdicts = (kinds: WitnessKind[], but: Partial<Seen>) =>
  judge(witness(...kinds), { ...seen, ...but }, 15).map(({ verdict }) => verdict)

describe('what a witness of an upgrade says', () => {
  it('survived, with its VM and all that it wrote', () => {
    expect(verdicts(['sandbox', 'writer'], {})).to.deep.equal(['survived', 'survived'])
  })

  it('restarted, also when only the boot_id tells', () => {
    expect(verdicts(['sandbox'], { bootId: 'another' })).to.deep.equal(['restarted'])
  })

  it('restarted in the same VM, which only the count tells', () => {
    expect(verdicts(['sandbox'], { pod: { uid: 'u', phase: 'Running', restarts: 1, ready: true } })).to.deep.equal([
      'restarted',
    ])
  })

  it('is gone: no pod, another one of its name, one that has ended', () => {
    expect(verdicts(['sandbox'], { pod: null })).to.deep.equal(['gone'])
    expect(verdicts(['sandbox'], { pod: { uid: 'v', phase: 'Running', restarts: 0, ready: true } })).to.deep.equal([
      'gone',
    ])
    expect(verdicts(['sandbox'], { pod: { uid: 'u', phase: 'Failed', restarts: 0, ready: false } })).to.deep.equal([
      'gone',
    ])
  })

  it('lost data: a line that was flushed is not in the file', () => {
    expect(verdicts(['writer'], { file: lines(1, 3) })).to.deep.equal(['data-lost'])
  })

  it('does not count lines of a later life for the first one', () => {
    const log = `${seen.log}start other\n${wrote([1, 200], [2, 201])}\n`
    expect(verdicts(['writer'], { log })).to.deep.equal(['survived'])
  })

  it('stalled for longer than it may', () => {
    const log = `start ${bootId}\n${wrote([1, 100], [2, 131])}\n`
    const [said] = judge(witness('writer'), { ...seen, log, file: lines(1, 2) }, 15)
    expect(said).to.include({ verdict: 'stalled', stalledSeconds: 31 })
  })

  it('stalled when it says nothing any more', () => {
    expect(verdicts(['writer'], { now: 160 })).to.deep.equal(['stalled'])
    expect(verdicts(['stream'], { log: 'got 1 100\ngot 2 101\n', now: 160 })).to.deep.equal(['stalled'])
  })

  it('saw its TCP stream go on, break, and lose a line', () => {
    const got = (...numbers: number[]) => numbers.map((n) => `got ${n} ${100 + n}\n`).join('')
    expect(verdicts(['stream'], { log: got(1, 2, 3) })).to.deep.equal(['survived'])
    expect(verdicts(['stream'], { log: `${got(1, 2)}connection over\n` })).to.deep.equal(['ended'])
    expect(verdicts(['stream'], { log: got(1, 2, 4) })).to.deep.equal(['data-lost'])
  })

  it('misses a sector that was flushed, and tells a write that failed', () => {
    expect(verdicts(['block'], { block: [1, 2, 3] })).to.deep.equal(['survived'])
    expect(verdicts(['block'], { block: [1, 3] })).to.deep.equal(['data-lost'])
    expect(verdicts(['block'], { block: [1, 2, 3], log: `${seen.log}block-failed 4\n` })).to.deep.equal(['data-lost'])
  })

  it('says nothing for certain on a node that does not answer, or when it cannot be read', () => {
    expect(verdicts(['sandbox', 'writer'], { nodeLost: true, pod: null })).to.deep.equal(['unknown', 'unknown'])
    expect(verdicts(['sandbox', 'writer'], { bootId: null, file: null })).to.deep.equal(['unknown', 'unknown'])
  })

  it('knows the longest silence', () => {
    expect(longestSilence([])).to.equal(0)
    expect(longestSilence([5, 6, 16, 17])).to.equal(10)
  })
})
