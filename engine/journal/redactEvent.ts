import { maySay, redact } from './redact.ts'

/** Fields that name something, or are the catalogue's own words: what refers to them must find them again. */
const names = new Set([
  'event',
  'at',
  'id',
  'arm',
  'behaviour',
  'planned',
  'runId',
  'runtimeClass',
  'node',
  'subject',
  'case',
  'kind',
  'apiVersion',
  'namespace',
  'name',
  'uid',
  'path',
  'title',
  'statement',
  'source',
  'killedBy',
])

/**
 * An event and its line of the journal without secrets: messages, assertions and facts quote what a cluster says.
 * Few events have anything that looks like one, so the line is asked first.
 */
export function withoutSecrets<Event extends object>(event: Event): { readonly event: Event; readonly line: string } {
  const line = JSON.stringify(event)
  if (!maySay(line)) return { event, line }
  const clean = cleaned(event) as Event
  return { event: clean, line: clean === event ? line : JSON.stringify(clean) }
}

/** The same value where nothing is to be taken out. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) {
    const items = value.map(cleaned)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (typeof value !== 'object' || value === null) return value
  const changed = Object.entries(value).flatMap(([key, field]) => {
    const clean: unknown = names.has(key) ? field : cleaned(field)
    return clean === field ? [] : [[key, clean] as const]
  })
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) }
}
