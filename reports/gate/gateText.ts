import type { Decision } from './decide.ts'
import type { Finding, Weight } from './finding.ts'
import { answerWords, findingsOf, runLine, sentence, weights, weightTitles } from './gateWords.ts'

/** For a terminal: the answer first, then every finding by weight. */
export function gateText(decision: Decision): string {
  const { before, after, notes } = decision.comparison
  return [
    `${answerWords[decision.answer]}: ${sentence(decision)}`,
    '',
    `before: ${runLine(before)}`,
    `after:  ${runLine(after)}`,
    ...notes.map((note) => `note:   ${note}`),
    ...weights.flatMap((weight) => section(weight, findingsOf(decision, weight))),
    '',
  ].join('\n')
}

function section(weight: Weight, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  return [
    '',
    `${weightTitles[weight]} (${findings.length})`,
    ...findings.flatMap(({ subject, title, what, because, settledBy }) => [
      `  ${subject}: ${title}`,
      `    ${what}`,
      `    ${because}`,
      ...(settledBy === undefined || weight !== 'open' ? [] : [`    settled by: ${settledBy}`]),
    ]),
  ]
}
