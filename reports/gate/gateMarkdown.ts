import type { Decision } from './decide.ts'
import type { Finding, Weight } from './finding.ts'
import { answerWords, findingsOf, runLine, sentence, weights, weightTitles } from './gateWords.ts'

/** Comments of forges end at 65,536 characters: what is merely told gives way first. */
const MOST_TOLD = 40

/** For the comment of a pull request. */
export function gateMarkdown(decision: Decision): string {
  const { before, after, notes, unchanged } = decision.comparison
  return [
    `## ${answerWords[decision.answer]}`,
    '',
    escape(sentence(decision)),
    '',
    '| | run |',
    '|---|---|',
    `| before | ${escape(runLine(before))} |`,
    `| after | ${escape(runLine(after))} |`,
    '',
    ...notes.map((note) => `> ${escape(note)}`),
    ...weights.flatMap((weight) => section(weight, findingsOf(decision, weight))),
    '',
    `${unchanged} checks came to the same in both runs.`,
    '',
  ].join('\n')
}

export function section(weight: Weight, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  const shown = weight === 'told' ? findings.slice(0, MOST_TOLD) : findings
  const rows = shown.map(
    ({ subject, title, what, because, settledBy }) =>
      `| ${[`**${escape(subject)}** ${escape(title)}`, what, weight === 'open' && settledBy ? `${because}; settled by: ${settledBy}` : because].map((cell, index) => (index === 0 ? cell : escape(cell))).join(' | ')} |`,
  )
  const rest = findings.length - shown.length
  const table = [
    '| what | before -> after | why |',
    '|---|---|---|',
    ...rows,
    ...(rest > 0 ? ['', `… and ${rest} more.`] : []),
  ]
  if (weight !== 'told') return ['', `### ${weightTitles[weight]} (${findings.length})`, '', ...table]
  return [
    '',
    `<details><summary>${weightTitles[weight]} (${findings.length})</summary>`,
    '',
    ...table,
    '',
    '</details>',
  ]
}

/** Texts of guests are no markup, and a table row is one line. */
export const escape = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|#]/g, (mark) => `\\${mark}`).replace(/\s*\n\s*/g, ' ')
