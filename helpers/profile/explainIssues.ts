import { distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import type { YamlDocument } from './yamlDocument.ts'

/** zod's issues as lines for an operator: `file:line: what; what would be right`. `keysAt` gives the keys that a path allows. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  document: YamlDocument,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const line = document.lineOf([...issue.path, key])
        return `${document.file}:${line}: ${at(issue.path)}there is no key ${key}; ${suggestion(key, keysAt(issue.path))}`
      })
    }
    const line = document.lineOf(issue.path)
    return [`${document.file}:${line}: ${issue.path.map(String).join('.') || 'the file'} ${said(issue)}`]
  })
}

const at = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : `in ${path.map(String).join('.')} `)

/** Our own messages are whole; zod's say what it expected. */
function said(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('is ')) return issue.message
  if (issue.code === 'invalid_type') return `is missing or of the wrong kind; it must be ${article(issue.expected)}`
  return `is not right; ${issue.message}`
}

const article = (kind: string): string => `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`

/** The key that was probably meant, or all there are. */
export function suggestion(key: string, known: readonly string[]): string {
  const nearest = [...known].sort((a, b) => distance(key, a) - distance(key, b))[0]
  if (nearest !== undefined && distance(key, nearest) <= Math.max(2, Math.floor(nearest.length / 3)))
    return `did you mean ${nearest}?`
  return `there are ${known.join(', ')}`
}
