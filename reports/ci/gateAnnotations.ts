import type { Decision } from '../gate/decide.ts'
import type { Finding, Weight } from '../gate/finding.ts'
import { answerWords, findingsOf, sentence } from '../gate/gateWords.ts'
import type { Annotation } from './annotation.ts'

/** The answer of a gate, then what blocks (errors) and what is open (warnings). */
export const gateAnnotations = (decision: Decision): Annotation[] => [
  {
    level: decision.answer === 'ship' ? 'notice' : 'error',
    title: `kata-conformance gate: ${answerWords[decision.answer]}`,
    message: sentence(decision),
  },
  ...annotated(decision, 'blocks', 'error'),
  ...annotated(decision, 'open', 'warning'),
]

const annotated = (decision: Decision, weight: Weight, level: Annotation['level']): Annotation[] =>
  findingsOf(decision, weight).map(({ subject, title, what, because, settledBy }: Finding) => ({
    level,
    title: `${subject}: ${title}`,
    message: [what, because, ...(settledBy === undefined ? [] : [`settled by: ${settledBy}`])].join('\n'),
  }))
