import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { readJournal } from '../../reports/record/readJournal.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { command, type Ended, fixtures, recordOf, scratch } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

// Three shards on two nodes: one node is one shard's, the other is split, and holds a check that wants it for itself.

const count = 3

describe('a run in shards', () => {
  const results = scratch()
  const folder = (name: string): string => path.join(results.folder, name)
  const shardFolders = Array.from({ length: count }, (_, index) => folder(`part-s${index + 1}`))
  let target: Target
  let ends: Ended[]
  let whole: RunRecord
  let merged: Ended

  const run = (...argv: string[]): Promise<Ended> =>
    command(
      [
        'run',
        '--kubeconfig',
        target.kubeconfig,
        '--runtime-class',
        'kata-qemu,kata-fc',
        '--no-probe',
        '--out',
        results.folder,
      ].concat(argv),
      { KATA_CONFORMANCE_SPECS: fixtures('shards') },
      100_000,
    )

  before(async () => {
    target = await startTarget()
    const shards = Array.from({ length: count }, (_, index) =>
      run('--run-id', 'part', '--shard', `${index + 1}/${count}`),
    )
    ends = await Promise.all(shards)
    await run('--run-id', 'whole')
    whole = recordOf(folder('whole'))
    merged = await command(['merge', ...shardFolders])
  })

  after(async () => {
    results.remove()
    await target.close()
  })

  it('each ends by itself, and says that it is a part', () => {
    for (const [index, end] of ends.entries()) {
      expect(end.code, end.stderr).to.equal(0)
      expect(recordOf(shardFolders[index] ?? '').shard).to.include({ index: index + 1, count })
    }
  })

  it('share no arm, and each has some', () => {
    const arms = shardFolders.map((shard) => recordOf(shard).arms.map(({ id }) => id))
    expect(arms.flat().sort()).to.deep.equal(whole.arms.map(({ id }) => id).sort())
    for (const own of arms) expect(own).not.to.be.empty
  })

  it('are one run when they are merged: the arms and verdicts of the whole', () => {
    expect(merged.code, merged.stderr).to.equal(0)
    const record = recordOf(folder('part'))
    const verdicts = ({ arms }: RunRecord) => arms.map(({ id, node, verdict }) => [id, node, verdict])
    expect(verdicts(record)).to.deep.equal(verdicts(whole))
    expect(record).to.include({ runId: 'part', shard: null, outcome: whole.outcome })
    expect(record.arms.filter(({ verdict }) => verdict === 'environment')).to.have.length(2)
  })

  it('leave a folder like that of any run', () => {
    for (const report of ['events.ndjson', 'junit.xml', 'report.html', 'summary.md', 'allure-results'])
      expect(existsSync(path.join(folder('part'), report)), report).to.equal(true)
    for (const { evidence } of recordOf(folder('part')).arms)
      for (const { path: file } of evidence) expect(existsSync(path.join(folder('part'), file)), file).to.equal(true)
  })

  it('let a check have its node for itself: pods of the other shard there are gone before it, or come after it', () => {
    const journals = shardFolders.map((shard) => readJournal(path.join(shard, 'events.ndjson')))
    const alone = recordOf(folder('part')).arms.filter(({ behaviour }) => behaviour === 'KATA-SHARD-003')
    const removals = alone.map(({ id, node, startedAt, durationMs }) => {
      const others = journals.filter((journal) => {
        const arms = journal.flatMap((each) => (each.event === 'plan' ? each.arms : []))
        return arms.some((arm) => arm.node === node) && !arms.some((arm) => arm.id === id)
      })
      const ofPods = (event: 'object.created' | 'object.deleted') =>
        others.flat().flatMap((each) => (each.event === event && each.object.kind === 'Pod' ? [each] : []))
      const created = new Map(ofPods('object.created').map(({ object, at }) => [object.uid, Date.parse(at)]))
      const began = Date.parse(startedAt)
      const pods = ofPods('object.deleted')
      for (const { at, object } of pods) {
        const apart = Date.parse(at) <= began || (created.get(object.uid) ?? 0) >= began + durationMs
        expect(apart, `pod gone at ${at}, ${id} began at ${startedAt}`).to.equal(true)
      }
      return pods.length
    })
    expect(removals, 'one node has one shard, the other has two').to.have.length(2)
    expect(Math.min(...removals)).to.equal(0)
    expect(Math.max(...removals)).to.be.above(0)
  })

  it('leave nothing in the cluster', async () => {
    expect(await target.made()).to.deep.equal([])
  })

  it('are not merged where one is missing: one line, nothing written', async () => {
    const out = folder('gap')
    const end = await command(['merge', ...shardFolders.slice(1), '--out', out])
    expect(end).to.include({
      code: 2,
      stdout: '',
      stderr: 'kata-conformance: shard 1 of 3 is missing; give the folders of all 3\n',
    })
    expect(existsSync(out)).to.equal(false)
  })

  it('are not merged over a run that is there', async () => {
    const end = await command(['merge', ...shardFolders])
    expect(end.stderr).to.match(/part holds a run already; choose another folder with --out\n$/)
    expect(end.code).to.equal(2)
  })

  it('are not run twice into one folder', async () => {
    const end = await run('--run-id', 'part', '--shard', '1/3')
    expect(end.stderr).to.match(/part-s1 holds a run already; choose another folder with --out\n$/)
    expect(end.code).to.equal(2)
  })
})
