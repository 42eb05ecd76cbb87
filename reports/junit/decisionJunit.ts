import { create } from 'xmlbuilder2'
import type { Finding, Weight } from '../gate/finding.ts'
import type { Answer } from '../gate/decide.ts'
import { clean } from './clean.ts'

/** An answer with its findings, of a gate or of an upgrade. */
export interface JunitDecision {
  /** Class name of its cases. */
  readonly of: 'gate' | 'upgrade'
  /** Name of the suite. */
  readonly name: string
  readonly startedAt: string
  readonly context: string
  readonly answer: Answer
  readonly sentence: string
  readonly findings: readonly Finding[]
}

/** A case for each finding: what blocks is a failure, what is open an error, what is tolerated skipped; one more for the answer itself. */
export function decisionJunit({ of, name, startedAt, context, answer, sentence, findings }: JunitDecision): string {
  const count = (wanted: Weight) => findings.filter(({ weight }) => weight === wanted).length
  const counts = {
    tests: findings.length + 1,
    failures: count('blocks') + (answer === 'do-not-ship' ? 1 : 0),
    errors: count('open') + (answer === 'cannot-tell' ? 1 : 0),
  }
  const document = create({ version: '1.0', encoding: 'UTF-8' })
  const suite = document
    .ele('testsuites', { name: `kata-conformance ${of}`, ...counts, time: '0.000' })
    .ele('testsuite', {
      id: 0,
      name,
      package: 'kata-conformance',
      timestamp: startedAt.slice(0, 19),
      hostname: clean(context) || 'cluster',
      ...counts,
      skipped: count('tolerated'),
      time: '0.000',
    })
  suite.ele('properties')
  const whole = suite.ele('testcase', { name: 'answer', classname: of, time: '0.000' })
  const message = clean(`${answer}: ${sentence}`)
  if (answer === 'do-not-ship') whole.ele('failure', { message, type: answer }).txt(message)
  if (answer === 'cannot-tell') whole.ele('error', { message, type: answer }).txt(message)
  for (const { weight, subject, title, what, because } of findings) {
    const test = suite.ele('testcase', {
      name: clean(`${subject}: ${title}`),
      classname: `${of}.${weight}`,
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
