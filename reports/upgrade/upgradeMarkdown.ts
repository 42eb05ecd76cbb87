import { escape, section } from '../gate/gateMarkdown.ts'
import { answerWords, findingsOf, weights } from '../gate/gateWords.ts'
import type { UpgradeDecision } from './decideUpgrade.ts'
import { courseLines, sentence } from './upgradeWords.ts'

/** For the comment of a pull request: what a person can check in two minutes. */
export function upgradeMarkdown(decision: UpgradeDecision): string {
  const hazards = (decision.record.remarks ?? []).filter(({ weight }) => weight === 'disrupts' || weight === 'act')
  return [
    `## ${answerWords[decision.answer]}`,
    '',
    escape(sentence(decision)),
    '',
    '| | |',
    '|---|---|',
    ...courseLines(decision).map(([name, text]) => `| ${name} | ${escape(text)} |`),
    ...weights.flatMap((weight) => section(weight, findingsOf(decision, weight))),
    ...(hazards.length === 0
      ? []
      : [
          '',
          `<details><summary>Told beforehand (${hazards.length})</summary>`,
          '',
          ...hazards.map(({ subject, what }) => `- **${escape(subject)}** ${escape(what)}`),
          '',
          '</details>',
        ]),
    '',
  ].join('\n')
}
