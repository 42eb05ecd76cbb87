import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { knownShims } from '../facts/kataShims.ts'
import { chartValues, fromChartValues } from './chartValues.ts'
import { explainIssues, suggestion } from './explainIssues.ts'
import { fromGuideBlock, guideBlock, guideParameters, guideRuntime, guideShim } from './guideBlock.ts'
import { besides, fromOwnFormat, knownDeviation, ownFormat } from './ownFormat.ts'
import type { Profile } from './profile.ts'
import { ProfileError } from './profileError.ts'
import { parseYaml, type YamlDocument } from './yamlDocument.ts'

/** Reads a profile. Throws ProfileError: a line for each mistake, `file:line: what; what would be right`. */
export function loadProfile(file: string): Profile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ProfileError([
      `${file}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'}); give the path of a YAML file`,
    ])
  }
  return parseProfile(text, file)
}

/** As loadProfile, from a text. `file` is for messages. */
export function parseProfile(text: string, file: string): Profile {
  const document = parseYaml(text, file)
  const value = document.value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProfileError([
      `${file}:1: the file is not a mapping; it must have keys such as classes: or kataContainers:`,
    ])
  }
  if ('kataContainers' in value) {
    return fromGuideBlock(
      checked(guideBlock, document, guideKeys, shimNames(document, ['kataContainers', 'shims'])),
      file,
    )
  }
  if ('shims' in value)
    return fromChartValues(
      checked(chartValues, document, () => Object.keys(besides), shimNames(document, ['shims'])),
      file,
    )
  return fromOwnFormat(checked(ownFormat, document, ownKeys, []), file)
}

function checked<S extends z.ZodType>(
  schema: S,
  document: YamlDocument,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
  more: readonly string[],
): z.infer<S> {
  const result = schema.safeParse(document.value)
  const problems = [...(result.success ? [] : explainIssues(result.error.issues, document, keysAt)), ...more]
  if (problems.length > 0 || !result.success) throw new ProfileError(problems.sort(byLine))
  return result.data
}

const byLine = (a: string, b: string): number => lineIn(a) - lineIn(b)
const lineIn = (problem: string): number => Number(/:(\d+): /.exec(problem)?.[1] ?? 0)

/** Shims that no release of kata-deploy has: a class kata-<typo> would be awaited in vain. */
function shimNames(document: YamlDocument, path: readonly string[]): string[] {
  const shims = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
    document.value,
  )
  if (typeof shims !== 'object' || shims === null) return []
  const known = [...knownShims.map((each) => each.shim), 'openvmm-azure-runtime-rs']
  return Object.keys(shims)
    .filter((name) => name !== 'disableAll' && !known.includes(name))
    .map(
      (name) =>
        `${document.file}:${document.lineOf([...path, name])}: there is no shim ${name}; ${suggestion(name, known)}`,
    )
}

const keysOf = (schema: z.ZodObject): string[] => Object.keys(schema.shape)

function guideKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path[0] === 'kataContainers' && path[1] === 'shims') return keysOf(guideShim)
  if (path[0] === 'kataContainers' && path[1] === 'customRuntimes') return keysOf(guideRuntime)
  if (path[0] === 'kataContainers') return keysOf(guideParameters)
  return ownKeys(path)
}

function ownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path[0] === 'classes') return ['name', 'handler', 'defaultMemoryMiB', 'defaultVcpus', 'blockDeviceUse']
  if (path[0] === 'knownDeviations') return keysOf(knownDeviation)
  if (path[0] === 'production') return ['namespaceLabels']
  if (path[0] === 'storageClasses') return ['block', 'filesystem']
  return [...keysOf(ownFormat), 'kataContainers', 'shims']
}
