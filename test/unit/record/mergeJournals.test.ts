import { expect } from 'chai'
import type { ArmResult, PlannedArm } from '../../../reports/record/arm.ts'
import { foldJournal } from '../../../reports/record/foldJournal.ts'
import type { JournalEvent } from '../../../reports/record/journal.ts'
import { MergeError, mergeJournals, type ShardJournal } from '../../../reports/record/mergeJournals.ts'
import { causedByForeignRuntime } from '../../../reports/record/settleByControl.ts'
import { planHash } from '../../../reports/record/shard.ts'
import type { Verdict } from '../../../reports/record/verdict.ts'

const at = '2026-01-01T00:00:00.000Z'
const later = '2026-01-01T00:01:00.000Z'

const planned = (id: string, overrides: Partial<PlannedArm> = {}): PlannedArm => ({
  ...{ id, behaviour: id, chapter: 'T', title: id, level: 'MUST', gate: true, role: 'check' },
  ...{ runtimeClass: null, node: null, case: null, repeat: 1 },
  ...overrides,
})
const result = (verdict: Verdict, message = ''): ArmResult => ({
  ...{ verdict, startedAt: at, durationMs: 1, expected: null, observed: null, message },
  ...{ assertions: [], measurements: [], figures: [], findings: [], timeline: [], evidence: [] },
})

const arms = [
  planned('A'),
  planned('B', { behaviour: 'C', node: 'n2' }),
  planned('C control', { behaviour: 'C', role: 'control', gate: false, node: 'n1' }),
]
type Started = Extract<JournalEvent, { event: 'run.started' }>

interface Differences {
  readonly of?: Partial<Started>
  readonly hash?: string
  readonly count?: number
  readonly verdicts?: Readonly<Record<string, ArmResult>>
  readonly ended?: boolean
}

/** The journal of one of two shards that has these arms of the plan. */
function shard(index: number, ids: readonly string[], differences: Differences = {}): ShardJournal {
  const { of = {}, hash = planHash(arms), count = 2, verdicts = {}, ended = true } = differences
  const cluster = { context: 'c', server: 's', kubernetesVersion: 'v1.34.4' }
  const leaked = [{ apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: `p${index}`, uid: `u${index}` }]
  const course = ids.flatMap((id): JournalEvent[] => [
    { event: 'arm.started', at, arm: id },
    { event: 'arm.finished', at: later, arm: id, result: verdicts[id] ?? result('passed') },
  ])
  return {
    name: `folder-${index}`,
    events: [
      {
        event: 'run.started',
        at,
        schemaVersion: 1,
        runId: 'r',
        simulated: false,
        suiteVersion: '1',
        nodeVersion: 'v20',
        command: [],
        cluster,
        ...of,
      },
      {
        event: 'facts',
        at,
        facts: [{ subject: 'cluster', name: 'f', value: index, unit: null, how: '', evidence: null }],
      },
      { event: 'shard', at, index, count, planHash: hash, planned: arms.map(({ id }) => id) },
      { event: 'plan', at, arms: arms.filter(({ id }) => ids.includes(id)) },
      ...course,
      { event: 'note', at, text: 'seen' },
      ...(ended
        ? [
            {
              event: 'run.finished' as const,
              at: later,
              exitCode: 0,
              wallMs: 10 * index,
              lowerBoundMs: index,
              apiRequests: index,
              watches: 1,
              leaked,
            },
          ]
        : []),
    ],
  }
}

const first = shard(1, ['A', 'C control'])
const second = shard(2, ['B'])
const merged = (...journals: ShardJournal[]) => foldJournal(mergeJournals(journals))

describe('merged shards', () => {
  it('are a whole run, whatever the order in which they are given', () => {
    const record = merged(second, first)
    expect(record.arms.map(({ id, verdict }) => [id, verdict])).to.deep.equal([
      ['A', 'passed'],
      ['B', 'passed'],
      ['C control', 'passed'],
    ])
    expect(record.shard).to.equal(null)
    expect(record.notes).to.deep.equal(['merged from 2 shards', 'shard 1: seen', 'shard 2: seen'])
    expect(
      record.facts.map(({ value }) => value),
      'each fact once',
    ).to.deep.equal([1])
  })

  it('took as long as the longest of them, and asked as much as all of them', () => {
    const { schedule, leaked } = merged(first, second)
    expect(schedule).to.deep.equal({ wallMs: 20, lowerBoundMs: 2, apiRequests: 3, watches: 2 })
    expect(leaked.map(({ name }) => name)).to.deep.equal(['p1', 'p2'])
  })

  it('are incomplete when one of them was killed', () => {
    const record = merged(first, shard(2, ['B'], { ended: false }))
    expect(record.outcome).to.equal('incomplete')
    expect(record.finishedAt).to.equal(null)
  })

  it('judge an arm by its control in another shard', () => {
    const control = shard(1, ['A', 'C control'], { verdicts: { 'C control': result('failed', 'there too') } })
    for (const verdict of ['failed', 'known'] as const) {
      const record = merged(control, shard(2, ['B'], { verdicts: { B: result(verdict, 'no') } }))
      expect(record.arms[1]).to.include({
        verdict: 'environment',
        message: 'no\nThe default runtime on node n1 fails the same check: there too',
      })
    }
    expect(merged(control, second).arms[1]?.verdict).to.equal('passed')
  })

  it('leave open what failed while its control in another shard broke, or left no verdict', () => {
    const unknown = 'no\nWhether the default runtime fails the same check is not known: '
    const broken = shard(1, ['A', 'C control'], { verdicts: { 'C control': result('broken', 'node lost') } })
    const begun = shard(1, ['A', 'C control'], { ended: false })
    const killed = { ...begun, events: begun.events.filter((each) => !('arm' in each && each.arm === 'C control')) }
    for (const verdict of ['failed', 'known'] as const) {
      const failing = shard(2, ['B'], { verdicts: { B: result(verdict, 'no') } })
      const record = merged(broken, failing)
      expect(record.arms[1]).to.include({ verdict: 'broken', message: `${unknown}node lost` })
      expect(record).to.include({ outcome: 'incomplete', exitCode: 3 })
      expect(merged(killed, failing).arms[1]).to.include({
        verdict: 'broken',
        message: `${unknown}no verdict: the run ended before this arm began`,
      })
    }
  })

  it('blame Kata for what the default runtime in another shard does not show', () => {
    const failing = shard(2, ['B'], { verdicts: { B: result('failed', 'no') } })
    for (const verdict of ['passed', 'skipped'] as const) {
      const control = shard(1, ['A', 'C control'], { verdicts: { 'C control': result(verdict) } })
      expect(merged(control, failing)).to.include({ outcome: 'not-conformant' })
    }
  })

  it('excuse nothing of a class that is not run by Kata', () => {
    const control = shard(1, ['A', 'C control'], { verdicts: { 'C control': result('failed', 'there too') } })
    const foreign = causedByForeignRuntime(result('failed', 'no'), 'kata-qemu', 'runc')
    expect(merged(control, shard(2, ['B'], { verdicts: { B: foreign } })).arms[1]).to.include({
      verdict: 'failed',
      message: 'no\nRuntimeClass kata-qemu: containerd runs its handler with runc, which is not Kata.',
    })
  })

  it('leave the verdict of an arm whose control is beside it', () => {
    const both = shard(1, ['A', 'B', 'C control'], { verdicts: { B: result('failed'), 'C control': result('failed') } })
    expect(merged(both, shard(2, [])).arms[1]?.verdict).to.equal('failed')
  })

  const refused: readonly [string, ShardJournal[], RegExp][] = [
    ['nothing', [], /no shard was given/],
    ['a gap', [first], /^shard 2 of 2 is missing; give/],
    ['a shard twice', [first, first], /^folder-1: is shard 1 of 2, and so is folder-1; give each shard once/],
    ['an arm twice', [first, shard(2, ['A', 'B'])], /^folder-2: has the arm A, and so has folder-1/],
    ['an arm that nobody has', [first, shard(2, [])], /^the arm B was planned and is in no shard/],
    [
      'arms that were not planned so',
      [shard(1, ['A', 'C control'], { hash: 'x' }), shard(2, ['B'], { hash: 'x' })],
      /not those that were planned/,
    ],
    [
      'another run',
      [first, shard(2, ['B'], { of: { runId: 'q' } })],
      /^folder-2: its run id is q, that of folder-1 is r/,
    ],
    ['another plan', [first, shard(2, ['B'], { hash: 'sha256:0' })], /^folder-2: its plan is sha256:0/],
    ['another number of shards', [first, shard(2, ['B'], { count: 3 })], /^folder-2: its number of shards is 3/],
    ['another suite', [first, shard(2, ['B'], { of: { suiteVersion: '2' } })], /^folder-2: its suite version is 2/],
    [
      'another cluster',
      [first, shard(2, ['B'], { of: { cluster: { context: 'c', server: 't', kubernetesVersion: 'v1.34.4' } } })],
      /^folder-2: its API server is t/,
    ],
    [
      'a simulated one among real ones',
      [first, shard(2, ['B'], { of: { simulated: true } })],
      /^folder-2: its word on whether/,
    ],
    ['a whole run', [first, { name: 'whole', events: mergeJournals([first, second]) }], /^whole: is a whole run/],
    [
      'a shard that never had a plan',
      [first, { name: 'early', events: second.events.slice(0, 2) }],
      /^early: the shard ended before it had a plan/,
    ],
    [
      'a shard that never began',
      [first, { name: 'early', events: second.events.slice(0, 3) }],
      /^early: shard 2 of 2 ended before it began/,
    ],
    ['an empty journal', [{ name: 'none', events: [] }], /^none: has no run.started/],
  ]
  for (const [what, journals, says] of refused) {
    it(`are refused: ${what}`, () => {
      expect(() => mergeJournals(journals)).to.throw(MergeError, says)
    })
  }
})
