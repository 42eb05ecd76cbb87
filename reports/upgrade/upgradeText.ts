import { answerWords, findingsOf, weights, weightTitles } from '../gate/gateWords.ts'
import type { UpgradeDecision } from './decideUpgrade.ts'
import { courseLines, sentence } from './upgradeWords.ts'

/** For a terminal: the answer, what was done, then every finding by weight. */
export function upgradeText(decision: UpgradeDecision): string {
  return [
    `${answerWords[decision.answer]}: ${sentence(decision)}`,
    '',
    ...courseLines(decision).map(([name, text]) => `${`${name}:`.padEnd(11)}${text}`),
    ...weights.flatMap((weight) => {
      const found = findingsOf(decision, weight)
      if (found.length === 0) return []
      return [
        '',
        `${weightTitles[weight]} (${found.length})`,
        ...found.flatMap(({ subject, title, what, because, settledBy }) => [
          `  ${subject}: ${title}`,
          `    ${what}`,
          `    ${because}`,
          ...(settledBy === undefined || weight !== 'open' ? [] : [`    settled by: ${settledBy}`]),
        ]),
      ]
    }),
    '',
  ].join('\n')
}
