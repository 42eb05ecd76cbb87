import type { Annotation } from './annotation.ts'

/** GitHub shows so many annotations of a level for a step, and drops the others without a word. */
const MOST_OF_A_LEVEL = 10

/** Longer messages are cut: an annotation is a pointer, the report has the rest. Characters. */
const LONGEST_MESSAGE = 4000

/**
 * Annotations as workflow commands, a line each. What GitHub would drop is counted in the last of its level.
 * Source: docs.github.com, "Workflow commands for GitHub Actions"; actions/toolkit packages/core/src/command.ts (escaping)
 */
export function githubCommands(annotations: readonly Annotation[]): string {
  const levels = ['error', 'warning', 'notice'] as const
  return levels
    .flatMap((level) => bounded(annotations.filter((each) => each.level === level)))
    .map(({ level, title, message }) => `::${level} title=${property(title)}::${data(shortened(message))}\n`)
    .join('')
}

function bounded(ofLevel: readonly Annotation[]): readonly Annotation[] {
  const rest = ofLevel.slice(MOST_OF_A_LEVEL - 1)
  const [first] = rest
  if (first === undefined || rest.length === 1) return ofLevel
  const message = rest.map(({ title }) => title).join('\n')
  return [
    ...ofLevel.slice(0, MOST_OF_A_LEVEL - 1),
    { level: first.level, title: `and ${rest.length} more; the report has them all`, message },
  ]
}

const shortened = (message: string): string =>
  message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
