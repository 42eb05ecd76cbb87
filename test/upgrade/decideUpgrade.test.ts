import { expect } from 'chai'
import { compareRuns } from '../../reports/compare/comparison.ts'
import { type Answer, decide, gateExitCodes } from '../../reports/gate/decide.ts'
import type { Figure } from '../../reports/record/figure.ts'
import type { ClusterState, NodeRollout, Testimony, UpgradeEvent } from '../../reports/record/upgradeJournal.ts'
import { foldUpgrade, type UpgradeRecord } from '../../reports/record/upgradeRecord.ts'
import { decideUpgrade } from '../../reports/upgrade/decideUpgrade.ts'
import { upgradeJson } from '../../reports/upgrade/upgradeJson.ts'
import { upgradeJunit } from '../../reports/upgrade/upgradeJunit.ts'
import { upgradeMarkdown } from '../../reports/upgrade/upgradeMarkdown.ts'
import { upgradeText } from '../../reports/upgrade/upgradeText.ts'
import { noisyFigure } from '../gate/noisyFigure.ts'
import { type CheckDouble, runDouble } from '../gate/runDouble.ts'
import { randomOf } from '../reliability/random.ts'

const at = '2026-03-01T10:00:00.000Z'

const state = (version: string, but: Partial<ClusterState> = {}): ClusterState => ({
  version,
  classes: [{ name: 'kata-qemu', handler: 'kata-qemu', overhead: { memory: '160Mi', cpu: '250m' }, nodeSelector: {} }],
  nodes: ['n1', 'n2'].map((node) => ({
    node,
    unknown: null,
    ready: true,
    label: 'true',
    version,
    handlers: ['kata-qemu'],
    files: { VERSION: 7 },
    orphans: [],
  })),
  ...but,
})

const rollout = (node: string, but: Partial<NodeRollout> = {}): NodeRollout => ({
  node,
  done: true,
  held: false,
  what: 'has the new release',
  notReadySeconds: 0,
  steps: [],
  ...but,
})

const testimony = (but: Partial<Testimony> = {}): Testimony => ({
  witness: 'witness-0',
  node: 'n1',
  runtimeClass: 'kata-qemu',
  kind: 'sandbox',
  verdict: 'survived',
  stalledSeconds: null,
  what: 'as before',
  ...but,
})

interface Given {
  readonly exitCode?: number | null
  readonly before?: ClusterState
  readonly after?: ClusterState
  readonly nodes?: readonly NodeRollout[]
  readonly testimonies?: readonly Testimony[]
}

function record({
  exitCode = 0,
  before = state('3.30.0'),
  after = state('3.31.0'),
  nodes = [rollout('n1'), rollout('n2')],
  testimonies = [testimony()],
}: Given = {}): UpgradeRecord {
  const events: UpgradeEvent[] = [
    {
      at,
      event: 'upgrade.started',
      schemaVersion: 1,
      runId: '20260301-100000-0001',
      context: 'prod',
      server: 'https://10.0.0.1:6443',
      simulated: false,
      command: ['helm', 'upgrade'],
      runArguments: [],
      stallSeconds: 15,
      canaryNode: null,
      rollbackOf: null,
    },
    { at, event: 'before', run: 'before' },
    { at, event: 'state', when: 'before', state: before },
    {
      at,
      event: 'preflight',
      target: '3.31.0',
      remarks: [],
      expectedOverhead: { 'kata-qemu': { memory: '160Mi', cpu: '250m' } },
    },
    { at, event: 'command.started' },
    ...(exitCode === null ? [] : [{ at, event: 'command.ended' as const, exitCode, signal: null, lastLine: 'last' }]),
    { at, event: 'rollout', nodes: [...nodes] },
    ...testimonies.map((each): UpgradeEvent => ({ at, event: 'testimony', testimony: each })),
    { at, event: 'witnesses.judged' },
    { at, event: 'after', run: 'after' },
    { at, event: 'state', when: 'after', state: after },
  ]
  return foldUpgrade(events)
}

const random = randomOf(11)
const figure = (metric: string, shift: number): Figure => noisyFigure(metric, random, undefined, { shift, value: 800 })
const usual: readonly CheckDouble[] = ['KATA-A-001', 'KATA-A-002'].map((behaviour) => ({ behaviour }))
const measured = (metric: string, shift: number): CheckDouble[] => [
  { behaviour: 'KATA-BENCH-001', figures: [figure(metric, shift)] },
  ...usual,
]
const flaky = (failed: number): CheckDouble[] => [
  {
    behaviour: 'KATA-A-003',
    verdicts: Array.from({ length: 20 }, (_, index) => (index < failed ? ('failed' as const) : ('passed' as const))),
  },
  ...usual,
]

const gate = (before: readonly CheckDouble[] = usual, after: readonly CheckDouble[] = usual) =>
  decide(compareRuns(runDouble('before', before), runDouble('after', after)), undefined, '2026-06-01')

interface Case {
  readonly name: string
  readonly given?: Given
  readonly runs?: readonly [readonly CheckDouble[], readonly CheckDouble[]]
  readonly answer: Answer
  readonly because: RegExp
}

const cases: readonly Case[] = [
  { name: 'clean', answer: 'ship', because: /2 nodes upgraded, 1 of 1 observations/ },
  {
    name: 'the command failed',
    given: { exitCode: 1 },
    answer: 'do-not-ship',
    because: /command: .*exit code 1: last/,
  },
  {
    name: 'the end of the command was not seen',
    given: { exitCode: null },
    answer: 'cannot-tell',
    because: /its end was not seen/,
  },
  {
    name: 'a stalled witness',
    given: { testimonies: [testimony({ kind: 'stream', verdict: 'stalled', what: 'no line for 31 s' })] },
    answer: 'do-not-ship',
    because: /an open TCP stream stalled: no line for 31 s/,
  },
  {
    name: 'an exec session that ended',
    given: { testimonies: [testimony(), testimony({ kind: 'exec', verdict: 'ended', what: 'after 12 s' })] },
    answer: 'ship',
    because: /1 of 2 observations/,
  },
  {
    name: 'data lost',
    given: { testimonies: [testimony({ kind: 'writer', verdict: 'data-lost', what: '2 of 9 lines' })] },
    answer: 'do-not-ship',
    because: /flushed each second lost data: 2 of 9 lines/,
  },
  {
    name: 'a hypervisor of no pod',
    given: {
      after: state('3.31.0', {
        nodes: state('3.31.0').nodes.map((node) => ({ ...node, orphans: ['qemu-system-x86 (17)'] })),
      }),
    },
    answer: 'do-not-ship',
    because: /node n1: processes of no pod: qemu-system-x86 \(17\)/,
  },
  {
    name: 'the drop-in of a node gone',
    given: {
      before: state('3.30.0', {
        nodes: state('3.30.0').nodes.map((node) => ({ ...node, files: { 'x/config.d/60-mine.toml': 1 } })),
      }),
    },
    answer: 'do-not-ship',
    because: /drop-ins of node n1: are gone: x\/config\.d\/60-mine\.toml/,
  },
  {
    name: '10 % slower cold start',
    runs: [measured('cold-start', 0), measured('cold-start', 0.1)],
    answer: 'do-not-ship',
    because: /cold-start/,
  },
  {
    name: '10 % faster',
    runs: [measured('cold-start', 0), measured('cold-start', -0.1)],
    answer: 'ship',
    because: /2 nodes upgraded/,
  },
  {
    name: 'memory +8 %',
    runs: [measured('guest-overhead', 0), measured('guest-overhead', 0.08)],
    answer: 'do-not-ship',
    because: /guest-overhead/,
  },
]

describe('the answer of an upgrade', () => {
  for (const { name, given, runs, answer, because } of cases)
    it(name, () => {
      const decision = decideUpgrade(record(given), gate(...(runs ?? [])))
      const json = JSON.parse(upgradeJson(decision)) as { answer: string; exitCode: number; because: string }
      expect(json.because).to.match(because)
      expect(json.answer).to.equal(answer)
      expect(json.exitCode).to.equal(gateExitCodes[answer])
      expect(upgradeText(decision)).to.match(because)
      expect(upgradeMarkdown(decision).replaceAll('\\', '')).to.match(because)
      const junit = upgradeJunit(decision)
      if (answer !== 'ship') expect(junit).to.contain(`type="${answer}"`)
      else expect(junit).to.match(/failures="0" errors="0"/)
    })

  it('does not blame an upgrade for a claim that is flaky before and after', () => {
    const decision = decideUpgrade(record(), gate(flaky(6), flaky(6)))
    expect(decision.answer).to.equal('ship')
  })

  it('tolerates what somebody has accepted, and says so', () => {
    const after = state('3.31.0', { classes: [{ ...state('').classes[0]!, handler: 'kata-qemu-runtime-rs' }] })
    expect(decideUpgrade(record({ after }), gate()).answer).to.equal('do-not-ship')
    const accepted = decideUpgrade(record({ after }), gate(), null, ['RuntimeClass kata-qemu'])
    expect(accepted.answer).to.equal('ship')
    expect(accepted.findings.find(({ weight }) => weight === 'tolerated')?.because).to.match(/accepted by --accept/)
  })
})
