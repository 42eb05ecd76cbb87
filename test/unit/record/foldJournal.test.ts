import { expect } from 'chai'
import type { ArmResult, PlannedArm } from '../../../reports/record/arm.ts'
import { foldJournal } from '../../../reports/record/foldJournal.ts'
import type { JournalEvent } from '../../../reports/record/journal.ts'
import { RunRecord } from '../../../reports/record/runRecord.ts'
import type { Verdict } from '../../../reports/record/verdict.ts'

const at = '2026-01-01T00:00:00.000Z'
const started: JournalEvent = {
  event: 'run.started',
  at,
  schemaVersion: 1,
  runId: 'r',
  simulated: true,
  suiteVersion: '0',
  nodeVersion: 'v20',
  command: [],
  cluster: { context: 'c', server: 's', kubernetesVersion: 'v1.34.4' },
}
const finished: JournalEvent = {
  event: 'run.finished',
  at,
  exitCode: 0,
  wallMs: 1,
  lowerBoundMs: 1,
  apiRequests: 1,
  watches: 1,
  leaked: [],
}

const planned = (id: string, overrides: Partial<PlannedArm> = {}): PlannedArm => ({
  id,
  behaviour: id,
  chapter: 'T',
  title: id,
  level: 'MUST',
  gate: true,
  role: 'check',
  runtimeClass: null,
  node: null,
  case: null,
  repeat: 1,
  ...overrides,
})
const result = (verdict: Verdict): ArmResult => ({
  verdict,
  startedAt: at,
  durationMs: 1,
  expected: null,
  observed: null,
  message: '',
  assertions: [],
  measurements: [],
  figures: [],
  findings: [],
  timeline: [],
  evidence: [],
})
const asserted = (of: ArmResult): ArmResult => ({
  ...of,
  assertions: [{ ok: of.verdict !== 'failed', text: 'a', expected: null, observed: null }],
})
const journal = (arms: [PlannedArm, Verdict | null][], end: JournalEvent[] = [finished]): JournalEvent[] => [
  started,
  { event: 'plan', at, arms: arms.map(([arm]) => arm) },
  ...arms.flatMap(([arm, verdict]): JournalEvent[] =>
    verdict === null ? [] : [{ event: 'arm.finished', at, arm: arm.id, result: asserted(result(verdict)) }],
  ),
  ...end,
]
const canary = planned('canary', { role: 'canary', gate: false })
const seen: [PlannedArm, Verdict] = [planned('seen'), 'passed']

describe('the run record', () => {
  const table: [string, JournalEvent[], string, number][] = [
    ['all that was observed passed', journal([seen, [canary, 'failed']]), 'conformant', 0],
    ['a gate claim failed', journal([seen, [planned('A'), 'failed']]), 'not-conformant', 1],
    ['a claim failed that gates nothing', journal([seen, [planned('A', { gate: false }), 'failed']]), 'conformant', 0],
    ['a known deviation showed', journal([seen, [planned('A'), 'known']]), 'conformant', 0],
    ['something broke', journal([seen, [planned('A'), 'broken']]), 'incomplete', 3],
    [
      'a claim failed and something else broke',
      journal([
        [planned('A'), 'failed'],
        [planned('B'), 'broken'],
      ]),
      'not-conformant',
      1,
    ],
    ['the environment failed', journal([seen, [planned('A'), 'environment']]), 'incomplete', 3],
    ['an arm left no verdict', journal([seen, [planned('A'), null]]), 'incomplete', 3],
    ['everything was skipped', journal([[planned('A'), 'skipped']]), 'incomplete', 3],
    ['a canary passed, whatever else', journal([seen, [planned('A'), 'failed'], [canary, 'passed']]), 'invalid', 4],
    ['a canary could not be tried', journal([seen, [canary, 'broken']]), 'incomplete', 3],
    ['the process was killed', journal([seen], []), 'incomplete', 3],
    [
      'it was interrupted',
      journal([seen], [{ event: 'run.interrupted', at, signal: 'SIGINT' }, finished]),
      'interrupted',
      130,
    ],
  ]
  for (const [what, events, outcome, exitCode] of table) {
    it(`is ${outcome} (exit ${exitCode}) when ${what}`, () => {
      const record = foldJournal(events)
      expect(record).to.include({ outcome, exitCode })
      expect(RunRecord.safeParse(record).success).to.equal(true)
    })
  }

  it('makes a planned arm without a verdict broken, and says why', () => {
    const events = journal([[planned('A'), null]], [])
    expect(foldJournal([...events, { event: 'arm.started', at, arm: 'A' }]).arms[0]).to.include({
      verdict: 'broken',
      message: 'no verdict: the run ended while this arm ran',
    })
  })

  it('never counts a canary or a control among the checks', () => {
    const { summary } = foldJournal(
      journal([seen, [canary, 'failed'], [planned('c', { role: 'control', gate: false }), 'passed']]),
    )
    expect(summary.planned).to.equal(1)
    expect(summary.verdicts.passed).to.equal(1)
    expect(summary.controls.passed).to.equal(1)
    expect(summary.canaries).to.deep.equal({ planned: 1, failedAsTheyMust: 1, passed: 0, undecided: 0 })
  })

  it('does not count a canary that failed without a false assertion: its pod did not start', () => {
    const unstarted = { ...result('failed'), message: 'StartError: no such file' }
    for (const assertions of [[], asserted(result('passed')).assertions]) {
      const record = foldJournal([
        ...journal([seen, [canary, null]]).slice(0, -1),
        { event: 'arm.finished', at, arm: 'canary', result: { ...unstarted, assertions } },
        finished,
      ])
      expect(record).to.include({ outcome: 'incomplete', exitCode: 3 })
      expect(record.summary.canaries).to.deep.equal({ planned: 1, failedAsTheyMust: 0, passed: 0, undecided: 1 })
      expect(record.arms[1]).to.include({
        verdict: 'broken',
        message: 'no assertion of the canary was false: StartError: no such file',
      })
    }
  })

  it('lists what a killed run has left on the cluster', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p', uid: 'u' }
    expect(foldJournal([started, { event: 'object.created', at, object }]).leaked).to.deep.equal([object])
  })
})
