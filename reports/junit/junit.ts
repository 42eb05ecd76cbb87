import { create } from 'xmlbuilder2'
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { clean } from './clean.ts'

/**
 * junit.xml in the shape that Jenkins and GitLab read: a suite per chapter, a case per arm. A failed arm is a failure, a broken or environment one an
 * error, a skipped or known one skipped. Canaries and controls are a suite of their own: a canary passes when its check failed.
 */
export function junit(record: RunRecord): string {
  const suites = groups(record)
  const document = create({ version: '1.0', encoding: 'UTF-8' })
  const root = document.ele('testsuites', {
    name: 'kata-conformance',
    ...totals(record.arms),
    time: seconds(record.durationMs),
  })
  suites.forEach(([name, arms], index) => addSuite(root, name, arms, index, record))
  return document.end({ prettyPrint: true })
}

function groups({ arms }: RunRecord): [string, ArmRecord[]][] {
  const suites = new Map<string, ArmRecord[]>()
  for (const arm of arms) {
    const name = arm.role === 'check' ? arm.chapter : `${arm.role === 'canary' ? 'canaries' : 'controls'}`
    suites.set(name, [...(suites.get(name) ?? []), arm])
  }
  return [...suites]
}

type Result = 'passed' | 'failure' | 'error' | 'skipped'

const resultOf = ({ role, verdict }: ArmRecord): Result => {
  if (role === 'canary') return verdict === 'failed' ? 'passed' : verdict === 'passed' ? 'failure' : 'error'
  if (verdict === 'failed') return 'failure'
  if (verdict === 'broken' || verdict === 'environment') return 'error'
  return verdict === 'passed' ? 'passed' : 'skipped'
}

const totals = (arms: readonly ArmRecord[]) => {
  const count = (result: Result) => arms.filter((arm) => resultOf(arm) === result).length
  return { tests: arms.length, failures: count('failure'), errors: count('error') }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

function addSuite(root: XMLBuilder, name: string, arms: readonly ArmRecord[], id: number, record: RunRecord): void {
  const suite = root.ele('testsuite', {
    id,
    name: record.simulated ? `SIMULATED ${name}` : name,
    package: 'kata-conformance',
    timestamp: record.startedAt.slice(0, 19),
    hostname: record.cluster.context === '' ? 'cluster' : clean(record.cluster.context),
    ...totals(arms),
    skipped: arms.filter((arm) => resultOf(arm) === 'skipped').length,
    time: seconds(arms.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  })
  const properties = suite.ele('properties')
  properties.ele('property', { name: 'run', value: record.runId })
  properties.ele('property', { name: 'simulated', value: String(record.simulated) })
  for (const arm of arms) addCase(suite, arm)
  suite.ele('system-out')
  suite.ele('system-err')
}

function addCase(suite: XMLBuilder, arm: ArmRecord): void {
  const test = suite.ele('testcase', {
    name: clean(`${arm.id}: ${arm.title}`),
    classname: `${arm.chapter}.${arm.behaviour}`,
    time: seconds(arm.durationMs),
  })
  const result = resultOf(arm)
  if (result === 'passed') return
  const message = clean(arm.message.split('\n', 1)[0] ?? '')
  if (result === 'skipped') test.ele('skipped', { message })
  else test.ele(result, { message, type: arm.verdict }).txt(clean(details(arm)))
}

const details = ({ message, expected, observed, evidence }: ArmRecord): string =>
  [
    message,
    ...(expected === null ? [] : [`expected: ${expected}`, `observed: ${observed ?? ''}`]),
    ...evidence.map(({ path }) => `evidence: ${path}`),
  ].join('\n')
