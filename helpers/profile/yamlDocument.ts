import { EVENT_ID, getScalarValue, load, parseEvents, YAMLException, type Event } from 'js-yaml'
import { ProfileError } from './profileError.ts'

/** A YAML document with the line of every key and item. */
export interface YamlDocument {
  readonly file: string
  readonly value: unknown
  /** Line of the value at a path; of the nearest thing above it when it is not there. */
  lineOf(path: readonly PropertyKey[]): number
}

/** Parses YAML 1.2 (dates stay texts). Throws ProfileError with the line of a syntax error or a key that is there twice. */
export function parseYaml(text: string, file: string): YamlDocument {
  if (text.trim() === '')
    throw new ProfileError([`${file}:1: the file is empty; declare classes, or give the guide's kataContainers: block`])
  try {
    const lines = linesByPath(text)
    return {
      file,
      value: load(text),
      lineOf(path) {
        for (let length = path.length; length >= 0; length--) {
          const line = lines.get(pathKey(path.slice(0, length)))
          if (line !== undefined) return line
        }
        return 1
      },
    }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw new ProfileError([`${file}:${(error.mark?.line ?? 0) + 1}: ${error.reason}; it is not YAML`])
  }
}

const pathKey = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String))

type Opened =
  | { readonly kind: 'mapping'; key: string | null }
  | { readonly kind: 'sequence'; index: number }
  | { readonly kind: 'document' }

/** Walks the parser's events, which carry offsets, and notes where each value's key (or item) stands. */
function linesByPath(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  const open: Opened[] = []
  const path: string[] = []
  for (const event of parseEvents(text, {})) {
    const top = open.at(-1)
    if (event.type === EVENT_ID.POP) {
      const closed = open.pop()
      if (closed?.kind !== 'document') leave(open, path)
      continue
    }
    if (event.type === EVENT_ID.DOCUMENT) {
      open.push({ kind: 'document' })
      continue
    }
    const offset = offsetOf(event)
    if (top?.kind === 'mapping' && top.key === null) {
      top.key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : ''
      path.push(top.key)
      lines.set(pathKey(path), lineAt(text, offset))
      continue
    }
    if (top?.kind === 'sequence') {
      path.push(String(top.index++))
      lines.set(pathKey(path), lineAt(text, offset))
    }
    if (event.type === EVENT_ID.MAPPING) open.push({ kind: 'mapping', key: null })
    else if (event.type === EVENT_ID.SEQUENCE) open.push({ kind: 'sequence', index: 0 })
    else leave(open, path)
  }
  return lines
}

/** A value is complete: its key or item is left, and a mapping awaits its next key. */
function leave(open: readonly Opened[], path: string[]): void {
  const top = open.at(-1)
  if (top?.kind === 'mapping') top.key = null
  if (top?.kind === 'mapping' || top?.kind === 'sequence') path.pop()
}

function offsetOf(event: Event): number {
  if (event.type === EVENT_ID.SCALAR) return Math.max(event.valueStart, event.tagStart, 0)
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) return event.start
  return 0
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
