import { create } from 'xmlbuilder2'
import { clean } from '../junit/clean.ts'
import type { UpgradeDecision } from './decideUpgrade.ts'
import { findingsBy, sentence } from './upgradeWords.ts'

/** A case for each finding, as the gate's: what blocks is a failure, what is open an error, what is tolerated skipped; one more for the answer. */
export function upgradeJunit(decision: UpgradeDecision): string {
  const { answer, findings, record } = decision
  const counts = {
    tests: findings.length + 1,
    failures: findingsBy(decision, 'blocks').length + (answer === 'do-not-ship' ? 1 : 0),
    errors: findingsBy(decision, 'open').length + (answer === 'cannot-tell' ? 1 : 0),
  }
  const document = create({ version: '1.0', encoding: 'UTF-8' })
  const suite = document
    .ele('testsuites', { name: 'kata-conformance upgrade', ...counts, time: '0.000' })
    .ele('testsuite', {
      id: 0,
      name: `upgrade ${record.started.runId}`,
      package: 'kata-conformance',
      timestamp: record.started.at.slice(0, 19),
      hostname: clean(record.started.context) || 'cluster',
      ...counts,
      skipped: findingsBy(decision, 'tolerated').length,
      time: '0.000',
    })
  suite.ele('properties')
  const whole = suite.ele('testcase', { name: 'answer', classname: 'upgrade', time: '0.000' })
  const message = clean(`${answer}: ${sentence(decision)}`)
  if (answer === 'do-not-ship') whole.ele('failure', { message, type: answer }).txt(message)
  if (answer === 'cannot-tell') whole.ele('error', { message, type: answer }).txt(message)
  for (const { weight, subject, title, what, because } of findings) {
    const name = clean(`${subject}: ${title}`)
    const test = suite.ele('testcase', { name, classname: `upgrade.${weight}`, time: '0.000' })
    const text = clean(`${what}\n${because}`)
    if (weight === 'blocks') test.ele('failure', { message: clean(what), type: weight }).txt(text)
    if (weight === 'open') test.ele('error', { message: clean(what), type: weight }).txt(text)
    if (weight === 'tolerated') test.ele('skipped', { message: clean(because) })
  }
  suite.ele('system-out')
  suite.ele('system-err')
  return document.end({ prettyPrint: true })
}
