import { EMPTY, freezeJson } from '../json.ts'

/**
 * A set of field paths as a tree: the FieldsV1 of metadata.managedFields. Keys are path elements as FieldsV1 writes them:
 * `f:name`, `k:{"name":"main"}`, `v:"value"`.
 */
export interface FieldSet {
  /** The path up to here is in the set itself. */
  member: boolean
  children: Map<string, FieldSet> | null
}

export type FieldsV1 = { [element: string]: FieldsV1 }

export const leaf = (): FieldSet => ({ member: true, children: null })

export function isEmptySet(set: FieldSet | null): boolean {
  return set === null || (!set.member && (set.children === null || set.children.size === 0))
}

export function union(a: FieldSet | null, b: FieldSet | null): FieldSet | null {
  if (a === null) return b
  if (b === null) return a
  const children = new Map(a.children ?? [])
  for (const [element, child] of b.children ?? [])
    children.set(element, union(children.get(element) ?? null, child) as FieldSet)
  return { member: a.member || b.member, children: children.size === 0 ? null : children }
}

/** What of a is not in b. */
export function difference(a: FieldSet | null, b: FieldSet | null): FieldSet | null {
  if (a === null || b === null) return a
  const children = new Map<string, FieldSet>()
  for (const [element, child] of a.children ?? []) {
    const rest = difference(child, b.children?.get(element) ?? null)
    if (rest !== null) children.set(element, rest)
  }
  const set = { member: a.member && !b.member, children: children.size === 0 ? null : children }
  return isEmptySet(set) ? null : set
}

export function intersection(a: FieldSet | null, b: FieldSet | null): FieldSet | null {
  if (a === null || b === null) return null
  const children = new Map<string, FieldSet>()
  for (const [element, child] of a.children ?? []) {
    const common = intersection(child, b.children?.get(element) ?? null)
    if (common !== null) children.set(element, common)
  }
  const set = { member: a.member && b.member, children: children.size === 0 ? null : children }
  return isEmptySet(set) ? null : set
}

export function sameSet(a: FieldSet | null, b: FieldSet | null): boolean {
  return isEmptySet(difference(a, b)) && isEmptySet(difference(b, a))
}

export function fromFieldsV1(fields: FieldsV1): FieldSet {
  const children = new Map<string, FieldSet>()
  let member = false
  let count = 0
  for (const element in fields) {
    count++
    if (element === '.') member = true
    else children.set(element, fromFieldsV1(fields[element] as FieldsV1))
  }
  return { member: member || count === 0, children: children.size === 0 ? null : children }
}

/** Frozen, and one object for all that have the same fields: a component writes the same ones of every event and every pod. */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  const fields = fieldsOf(set)
  const text = JSON.stringify(fields)
  const known = shared.get(text)
  if (known !== undefined) return known
  if (shared.size >= SHARED_AT_MOST) shared.clear()
  shared.set(text, freezeJson(fields))
  return fields
}

const SHARED_AT_MOST = 1000
const shared = new Map<string, FieldsV1>()

function fieldsOf(set: FieldSet): FieldsV1 {
  if (set.children === null) return EMPTY
  const fields: FieldsV1 = {}
  if (set.member) fields['.'] = EMPTY
  for (const element of [...set.children.keys()].sort())
    fields[element] = fieldsOf(set.children.get(element) as FieldSet)
  return fields
}

/** Every member as a path in the form of conflict messages: `.spec.containers[name="main"].image`. */
export function pathsOf(set: FieldSet | null, path = ''): string[] {
  if (set === null) return []
  const own = set.member ? [path] : []
  const below = [...(set.children ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  return [...own, ...below.flatMap(([element, child]) => pathsOf(child, `${path}${shown(element)}`))]
}

function shown(element: string): string {
  if (element.startsWith('f:')) return `.${element.slice(2)}`
  if (element.startsWith('k:')) {
    const key = JSON.parse(element.slice(2)) as Record<string, unknown>
    return `[${Object.entries(key)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(',')}]`
  }
  return element.startsWith('v:') ? `[=${element.slice(2)}]` : `[${element.slice(2)}]`
}
