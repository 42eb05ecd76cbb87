import { createHash } from 'node:crypto'
import { LabelName, LinkType, type Parameter, Stage, Status, type StepResult, type TestResult } from 'allure-js-commons'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'

const severities = { MUST: 'critical', SHOULD: 'normal', MAY: 'minor', INFO: 'trivial' } as const

const GUIDE = 'https://github.com/kata-containers/kata-containers/tree/main/docs'

const digest = (text: string): string => createHash('md5').update(text).digest('hex')

/** Allure's four statuses: environment is broken, known is skipped; a canary passes when its check failed. */
export function statusOf({ role, verdict }: ArmRecord): Status {
  if (role === 'canary')
    return verdict === 'failed' ? Status.PASSED : verdict === 'passed' ? Status.FAILED : Status.BROKEN
  const statuses = {
    passed: Status.PASSED,
    failed: Status.FAILED,
    broken: Status.BROKEN,
    environment: Status.BROKEN,
    skipped: Status.SKIPPED,
    known: Status.SKIPPED,
  }
  return statuses[verdict]
}

/**
 * An arm as Allure's test result: epic, feature and story are chapter, behaviour and arm; start and stop are the arm's own. historyId depends on
 * the arm's id alone, so that runs of different days line up.
 */
export function allureResult(arm: ArmRecord, record: RunRecord): TestResult {
  const claim = record.claims.find(({ id }) => id === arm.behaviour)
  const start = Date.parse(arm.startedAt)
  return {
    uuid: digest(`${record.runId} ${arm.id}`),
    historyId: digest(arm.id),
    testCaseId: digest(`${arm.behaviour} ${arm.case ?? ''}`),
    name: `${arm.id}: ${arm.title}`,
    fullName: arm.id,
    titlePath: ['specs', arm.chapter, arm.behaviour],
    description: claim ? `${claim.statement}\n\n${claim.source.map((each) => `- ${each}`).join('\n')}` : arm.title,
    status: statusOf(arm),
    statusDetails: { message: detailsOf(arm) },
    stage: Stage.FINISHED,
    start,
    stop: start + Math.round(arm.durationMs),
    labels: [
      { name: LabelName.EPIC, value: arm.chapter },
      { name: LabelName.FEATURE, value: `${arm.behaviour} ${arm.title}` },
      { name: LabelName.STORY, value: arm.id },
      { name: LabelName.SEVERITY, value: severities[arm.level] },
      { name: LabelName.PARENT_SUITE, value: arm.chapter },
      { name: LabelName.SUITE, value: arm.behaviour },
      { name: LabelName.FRAMEWORK, value: 'mocha' },
      { name: LabelName.LANGUAGE, value: 'typescript' },
      { name: LabelName.HOST, value: record.cluster.context },
      { name: 'role', value: arm.role },
      { name: 'verdict', value: arm.verdict },
      ...(arm.runtimeClass === null ? [] : [{ name: 'runtimeClass', value: arm.runtimeClass }]),
      ...(record.simulated ? [{ name: LabelName.TAG, value: 'SIMULATED' }] : []),
    ],
    links: [{ name: 'Kata Containers documentation', url: GUIDE, type: LinkType.DEFAULT }],
    parameters: parametersOf(arm),
    steps: arm.assertions.map(({ ok, text }) => step(text, ok, start)),
    attachments: [],
  }
}

const parametersOf = ({ runtimeClass, node, case: row, measurements }: ArmRecord): Parameter[] => [
  { name: 'RuntimeClass', value: runtimeClass ?? 'the default runtime' },
  ...(row === null ? [] : [{ name: 'case', value: row }]),
  { name: 'node', value: node ?? 'none', excluded: true },
  ...measurements.map(({ name, value, unit }) => ({ name, value: `${value} ${unit}`, excluded: true })),
]

function detailsOf({ message, expected, observed }: ArmRecord): string {
  return [
    message,
    ...(expected === null || message === '' ? [] : [`expected: ${expected}`, `observed: ${observed ?? ''}`]),
  ].join('\n')
}

const step = (name: string, ok: boolean, start: number): StepResult => ({
  name,
  status: ok ? Status.PASSED : Status.FAILED,
  statusDetails: {},
  stage: Stage.FINISHED,
  start,
  stop: start,
  steps: [],
  attachments: [],
  parameters: [],
})
