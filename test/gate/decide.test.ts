import { expect } from 'chai'
import { compareRuns } from '../../reports/compare/comparison.ts'
import { type Answer, decide, gateExitCodes } from '../../reports/gate/decide.ts'
import { gateJson } from '../../reports/gate/gateJson.ts'
import { gateJunit } from '../../reports/gate/gateJunit.ts'
import { gateMarkdown } from '../../reports/gate/gateMarkdown.ts'
import { gateText } from '../../reports/gate/gateText.ts'
import { Policy } from '../../reports/gate/policy.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { randomOf } from '../reliability/random.ts'
import { noisyFigure, usualNoise } from './noisyFigure.ts'
import { type CheckDouble, runDouble } from './runDouble.ts'

const today = '2026-06-01'
const check = (behaviour: string, more: Partial<CheckDouble> = {}): CheckDouble => ({ behaviour, ...more })
const usual = ['KATA-A-001', 'KATA-A-002', 'KATA-A-003'].map((id) => check(id))
const withFirst = (more: Partial<CheckDouble>) => [check('KATA-A-001', more), ...usual.slice(1)]
const times = (count: number, verdict: 'passed' | 'failed') => Array.from({ length: count }, () => verdict)
const mixed = (failed: number, total: number) => [...times(failed, 'failed'), ...times(total - failed, 'passed')]
const random = randomOf(7)
const figure = (metric: string, shift: number, blocks = 40) =>
  noisyFigure(metric, random, usualNoise, { shift, blocks, value: 800 })
const measured = (shift: number, blocks?: number) => [
  check('KATA-BENCH-001', { figures: [figure('cold-start', shift, blocks)] }),
  ...usual,
]
const tolerated = (more: object = {}) => ({
  tolerated: [{ behaviour: 'KATA-A-001', reason: 'upstream bug', owner: 'ops', expires: '2026-12-31', ...more }],
})

interface Scenario {
  readonly name: string
  readonly before?: readonly CheckDouble[]
  readonly after: readonly CheckDouble[]
  readonly beforeRun?: Partial<RunRecord>
  readonly afterRun?: Partial<RunRecord>
  readonly policy?: object
  readonly flakeRates?: ReadonlyMap<string, number>
  readonly answer: Answer
  readonly because: RegExp
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a clean upgrade',
    after: usual,
    answer: 'ship',
    because: /^nothing that the policy blocks got worse; 3 checks as before/,
  },
  {
    name: 'a MUST claim that newly fails',
    after: withFirst({ verdicts: ['failed'], message: 'MemTotal: expected 256' }),
    answer: 'do-not-ship',
    because: /KATA-A-001 kata-qemu: newly failing: passed -> failed: MemTotal: expected 256/,
  },
  {
    name: 'a SHOULD claim that newly fails',
    after: withFirst({ verdicts: ['failed'], level: 'SHOULD' }),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a SHOULD claim that newly fails, where the policy blocks it',
    after: withFirst({ verdicts: ['failed'], level: 'SHOULD' }),
    policy: { block: ['MUST', 'SHOULD'] },
    answer: 'do-not-ship',
    because: /KATA-A-001/,
  },
  {
    name: 'a claim that is not gate-relevant',
    after: withFirst({ verdicts: ['failed'], gate: false }),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'what failed before and fails still',
    before: withFirst({ verdicts: ['failed'] }),
    after: withFirst({ verdicts: ['failed'] }),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'what failed before and passes now',
    before: withFirst({ verdicts: ['failed'] }),
    after: usual,
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a failure that the policy tolerates',
    after: withFirst({ verdicts: ['failed'] }),
    policy: tolerated(),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a failure that the policy tolerated until yesterday',
    after: withFirst({ verdicts: ['failed'] }),
    policy: tolerated({ expires: '2026-05-31' }),
    answer: 'do-not-ship',
    because: /KATA-A-001/,
  },
  {
    name: 'a failure tolerated on another class',
    after: withFirst({ verdicts: ['failed'] }),
    policy: tolerated({ runtimeClass: 'kata-clh' }),
    answer: 'do-not-ship',
    because: /KATA-A-001/,
  },
  {
    name: 'a known deviation of the profile',
    after: withFirst({ verdicts: ['known'] }),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a check that is skipped now',
    after: withFirst({ verdicts: ['skipped'], message: 'needs the node probe' }),
    answer: 'cannot-tell',
    because: /newly skipped: passed -> skipped: needs the node probe/,
  },
  {
    name: 'a check that is skipped now, and excepted',
    after: withFirst({ verdicts: ['skipped'] }),
    policy: { coverage: { required: ['MUST'], except: [{ behaviour: 'KATA-A-001', reason: 'no probe there' }] } },
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a check that is broken now',
    after: withFirst({ verdicts: ['broken'], message: 'node n1 is not ready' }),
    answer: 'cannot-tell',
    because: /newly open: passed -> broken: node n1 is not ready/,
  },
  {
    name: 'a node lost in mid-upgrade',
    after: withFirst({ verdicts: ['environment'] }),
    answer: 'cannot-tell',
    because: /newly open/,
  },
  {
    name: 'a check that vanished',
    after: usual.slice(1),
    answer: 'cannot-tell',
    because: /KATA-A-001 kata-qemu: vanished/,
  },
  {
    name: 'a check that appeared and passes',
    after: [...usual, check('KATA-A-004')],
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a RuntimeClass that is gone',
    before: [...usual, check('KATA-A-001', { runtimeClass: 'kata-clh' })],
    after: usual,
    answer: 'do-not-ship',
    because: /RuntimeClass kata-clh: it is gone/,
  },
  {
    name: 'a RuntimeClass that is renamed by the policy',
    before: withFirst({ runtimeClass: 'kata-old' }),
    after: withFirst({ runtimeClass: 'kata-new' }),
    policy: { renamedClasses: { 'kata-old': 'kata-new' } },
    answer: 'ship',
    because: /3 checks as before/,
  },
  {
    name: 'a failure on a renamed class',
    before: withFirst({ runtimeClass: 'kata-old' }),
    after: withFirst({ runtimeClass: 'kata-new', verdicts: ['failed'] }),
    policy: { renamedClasses: { 'kata-old': 'kata-new' } },
    answer: 'do-not-ship',
    because: /KATA-A-001 kata-new: newly failing/,
  },
  {
    name: 'a canary that passed',
    after: usual,
    afterRun: { outcome: 'invalid' },
    answer: 'cannot-tell',
    because: /green lines prove nothing/,
  },
  {
    name: 'a second run that was interrupted',
    after: usual,
    afterRun: { outcome: 'interrupted', finishedAt: null },
    answer: 'cannot-tell',
    because: /was interrupted/,
  },
  {
    name: 'a first run in which nothing passed',
    before: usual.map((each) => ({ ...each, verdicts: ['failed'] as const })),
    after: usual,
    answer: 'cannot-tell',
    because: /no check passed in it/,
  },
  {
    name: 'a regression beside an open question',
    after: [
      check('KATA-A-001', { verdicts: ['failed'] }),
      check('KATA-A-002', { verdicts: ['broken'] }),
      check('KATA-A-003'),
    ],
    answer: 'do-not-ship',
    because: /KATA-A-001/,
  },
  {
    name: 'all repeats fail that all passed',
    before: withFirst({ verdicts: times(10, 'passed') }),
    after: withFirst({ verdicts: times(10, 'failed') }),
    answer: 'do-not-ship',
    because: /passed 10 of 10 -> failed 10 of 10/,
  },
  {
    name: 'most repeats fail',
    before: withFirst({ verdicts: times(20, 'passed') }),
    after: withFirst({ verdicts: mixed(12, 20) }),
    answer: 'do-not-ship',
    because: /failed 12 of 20/,
  },
  {
    name: 'one repeat of ten fails',
    before: withFirst({ verdicts: times(10, 'passed') }),
    after: withFirst({ verdicts: mixed(1, 10) }),
    answer: 'cannot-tell',
    because: /failed 1 of 10/,
  },
  {
    name: 'a claim that is flaky before and after',
    before: withFirst({ verdicts: mixed(3, 10) }),
    after: withFirst({ verdicts: mixed(3, 10) }),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a flaky claim that fails less often',
    before: withFirst({ verdicts: mixed(5, 10) }),
    after: withFirst({ verdicts: mixed(2, 10) }),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a single failure of a claim with a history of flakes',
    after: withFirst({ verdicts: ['failed'] }),
    flakeRates: new Map([['KATA-A-001 kata-qemu', 0.1]]),
    answer: 'cannot-tell',
    because: /KATA-A-001/,
  },
  {
    name: 'a cold start that is 10 % slower',
    before: measured(0),
    after: measured(0.1),
    answer: 'do-not-ship',
    because: /cold-start kata-qemu: worse: \+/,
  },
  {
    name: 'a cold start that is 10 % faster',
    before: measured(0),
    after: measured(-0.1),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a cold start that is 2 % slower',
    before: measured(0),
    after: measured(0.02),
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a slower cold start that the policy does not gate on',
    before: measured(0),
    after: measured(0.1),
    policy: { figures: { metrics: { 'cold-start': { gate: false } } } },
    answer: 'ship',
    because: /nothing/,
  },
  {
    name: 'a figure with six blocks that the policy requires',
    before: measured(0, 6),
    after: measured(0.3, 6),
    policy: { figures: { metrics: { 'cold-start': { required: true } } } },
    answer: 'cannot-tell',
    because: /6 blocks that both runs have/,
  },
  {
    name: 'a figure that the second run did not measure',
    before: measured(0),
    after: [check('KATA-BENCH-001'), ...usual],
    policy: { figures: { metrics: { 'cold-start': { required: true } } } },
    answer: 'cannot-tell',
    because: /the second run did not measure it/,
  },
]

const decided = ({ before = usual, after, beforeRun, afterRun, policy = {}, flakeRates = new Map() }: Scenario) => {
  const rules = Policy.parse(policy)
  const comparison = compareRuns(
    runDouble('one', before, beforeRun),
    runDouble('two', after, afterRun),
    rules.renamedClasses,
  )
  return decide(comparison, rules, today, { flakeRates })
}

describe('the gate', () => {
  for (const scenario of scenarios) {
    it(`${scenario.answer}: ${scenario.name}`, () => {
      const decision = decided(scenario)
      const json = JSON.parse(gateJson(decision)) as { answer: Answer; exitCode: number; because: string }
      expect(json.because).to.match(scenario.because)
      expect(json.answer).to.equal(scenario.answer)
      expect(json.exitCode).to.equal(gateExitCodes[scenario.answer])
      const words = scenario.answer.replaceAll('-', ' ').toUpperCase()
      expect(gateText(decision)).to.match(new RegExp(`^${words}: `))
      expect(gateMarkdown(decision)).to.match(new RegExp(`^## ${words}\\n`))
      const junit = gateJunit(decision)
      expect(junit.includes('<failure'), 'failures in JUnit').to.equal(scenario.answer === 'do-not-ship')
      if (scenario.answer === 'cannot-tell') expect(junit).to.include('<error')
    })
  }

  it('says how many repeats would settle a flake', () => {
    const flaky = scenarios.find(({ name }) => name === 'one repeat of ten fails')
    const { findings } = decided(flaky as Scenario)
    expect(findings[0]?.settledBy).to.match(/^run both with --repeat \d+ --behaviour KATA-A-001$/)
  })
})
