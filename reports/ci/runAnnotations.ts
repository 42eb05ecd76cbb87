import { answerOf } from '../answer.ts'
import { needsAttention } from '../needsAttention.ts'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import type { Annotation } from './annotation.ts'

/** The answer, then every arm that is not as it should be: what decides the exit code is an error, everything else a warning. */
export function runAnnotations(record: RunRecord): Annotation[] {
  const { headline, because } = answerOf(record)
  const answer: Annotation = {
    level: record.exitCode === 0 ? 'notice' : 'error',
    title: `kata-conformance: ${record.simulated ? 'SIMULATED ' : ''}${record.cluster.context}`,
    message: `${headline} ${because}`,
  }
  const bad = record.arms.filter((arm) => needsAttention(arm) && arm.verdict !== 'known').map(armAnnotation)
  return [answer, ...bad.filter(isError), ...bad.filter((each) => !isError(each))]
}

const isError = ({ level }: Annotation): boolean => level === 'error'

function armAnnotation({ id, title, level, gate, role, verdict, message, expected, observed }: ArmRecord): Annotation {
  const decides = role === 'canary' ? verdict === 'passed' : role === 'check' && gate && verdict === 'failed'
  return {
    level: decides ? 'error' : 'warning',
    title: `${verdict}: ${id}`,
    message: [
      `${title} (${level})`,
      message,
      ...(expected === null ? [] : [`expected: ${expected}`, `observed: ${observed ?? ''}`]),
    ].join('\n'),
  }
}
