import { readFileSync } from 'node:fs'
import { explainIssues } from '../helpers/profile/explainIssues.ts'
import { parseYaml } from '../helpers/profile/yamlDocument.ts'
import { defaultPolicy, Policy } from '../reports/gate/policy.ts'
import { UsageError } from './usageError.ts'

/** Keys by the path that they stand at; a * is any key or item. */
const keys: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(Policy.shape),
  'tolerated.*': ['behaviour', 'runtimeClass', 'case', 'reason', 'reference', 'owner', 'expires'],
  coverage: ['required', 'except'],
  'coverage.except.*': ['behaviour', 'reason'],
  figures: ['alpha', 'minimalEffect', 'metrics'],
  'figures.metrics.*': ['gate', 'minimalEffect', 'required'],
  repeats: ['alpha'],
}

/**
 * Reads a policy. An empty file is the default policy.
 * @param known ids of the catalogue: a tolerated behaviour that does not exist excuses nothing.
 * @throws UsageError, a line for each mistake: `file:line: what; what would be right`.
 */
export function loadPolicy(file: string, known: readonly string[]): Policy {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}); give the path of a YAML file`,
    )
  }
  if (text.trim() === '') return defaultPolicy
  const document = parseYaml(text, file)
  const parsed = Policy.safeParse(document.value)
  if (!parsed.success) throw new UsageError(explainIssues(parsed.error.issues, document, keysAt).join('\n'))
  const named = [
    ...parsed.data.tolerated.map(({ behaviour }, index) => ({ behaviour, path: ['tolerated', index, 'behaviour'] })),
    ...parsed.data.coverage.except.map(({ behaviour }, index) => ({
      behaviour,
      path: ['coverage', 'except', index, 'behaviour'],
    })),
  ]
  const wrong = named.filter(({ behaviour }) => !known.includes(behaviour))
  if (wrong.length > 0)
    throw new UsageError(
      wrong
        .map(
          ({ behaviour, path }) =>
            `${file}:${document.lineOf(path)}: there is no behaviour ${behaviour}; \`kata-conformance list\` has all`,
        )
        .join('\n'),
    )
  return parsed.data
}

const keysAt = (path: readonly PropertyKey[]): readonly string[] => {
  const exact = path.map(String).join('.')
  return keys[exact] ?? keys[[...path.map(String).slice(0, -1), '*'].join('.')] ?? keys[''] ?? []
}
