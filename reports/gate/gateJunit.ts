import { create } from 'xmlbuilder2'
import { clean } from '../junit/clean.ts'
import type { Decision } from './decide.ts'
import { findingsOf, sentence, weights } from './gateWords.ts'

/** A case for each finding: what blocks is a failure, what is open an error, what is tolerated skipped; one more for the answer itself. */
export function gateJunit(decision: Decision): string {
  const { answer, comparison, findings } = decision
  const [blocks, open, tolerated] = weights.map((weight) => findingsOf(decision, weight).length)
  const failures = blocks ?? 0
  const errors = open ?? 0
  const counts = {
    tests: findings.length + 1,
    failures: failures + (answer === 'do-not-ship' ? 1 : 0),
    errors: errors + (answer === 'cannot-tell' ? 1 : 0),
  }
  const document = create({ version: '1.0', encoding: 'UTF-8' })
  const root = document.ele('testsuites', { name: 'kata-conformance gate', ...counts, time: '0.000' })
  const suite = root.ele('testsuite', {
    id: 0,
    name: `gate ${comparison.before.runId} ${comparison.after.runId}`,
    package: 'kata-conformance',
    timestamp: comparison.after.startedAt.slice(0, 19),
    hostname: clean(comparison.after.cluster.context) || 'cluster',
    ...counts,
    skipped: tolerated ?? 0,
    time: '0.000',
  })
  suite.ele('properties')
  const whole = suite.ele('testcase', { name: 'answer', classname: 'gate', time: '0.000' })
  const message = clean(`${answer}: ${sentence(decision)}`)
  if (answer === 'do-not-ship') whole.ele('failure', { message, type: answer }).txt(message)
  if (answer === 'cannot-tell') whole.ele('error', { message, type: answer }).txt(message)
  for (const { weight, subject, title, what, because } of findings) {
    const test = suite.ele('testcase', {
      name: clean(`${subject}: ${title}`),
      classname: `gate.${weight}`,
      time: '0.000',
    })
    const text = clean(`${what}\n${because}`)
    if (weight === 'blocks') test.ele('failure', { message: clean(what), type: weight }).txt(text)
    if (weight === 'open') test.ele('error', { message: clean(what), type: weight }).txt(text)
    if (weight === 'tolerated') test.ele('skipped', { message: clean(because) })
  }
  suite.ele('system-out')
  suite.ele('system-err')
  return document.end({ prettyPrint: true })
}
