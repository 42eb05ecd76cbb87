import { sameJson } from '../json.ts'
import type { FieldType } from '../schema/fieldType.ts'
import { isEmptySet, leaf } from './fieldSet.ts'
import type { FieldSet } from './fieldSet.ts'

/*
 * Comparison and field sets of structured-merge-diff v6 (typed/compare.go, typed/tofieldset.go).
 */

type Json = Record<string, unknown>

export interface Comparison {
  /** Fields that are new or have another value. */
  changed: FieldSet | null
  removed: FieldSet | null
}

/** @param type null: no schema is known, everything is a map or atomic. */
export function compare(before: unknown, after: unknown, type: FieldType | null): Comparison {
  if (before === after) return none
  if (isLeaf(before, after, type)) {
    if (before === undefined) return { changed: leaf(), removed: null }
    if (after === undefined) return { changed: null, removed: leaf() }
    return sameJson(before, after) ? none : { changed: leaf(), removed: null }
  }
  const left = entriesOf(before, type)
  const right = entriesOf(after, type)
  const changed = new Map<string, FieldSet>()
  const removed = new Map<string, FieldSet>()
  for (const [element, value] of right) compareChild(element, left.get(element), value, type, changed, removed)
  for (const [element, value] of left)
    if (!right.has(element)) compareChild(element, value, undefined, type, changed, removed)
  return { changed: setOf(before === undefined, changed), removed: setOf(after === undefined, removed) }
}

function compareChild(
  element: string,
  before: unknown,
  after: unknown,
  type: FieldType | null,
  changed: Map<string, FieldSet>,
  removed: Map<string, FieldSet>,
): void {
  if (before === after) return
  const inner = compare(before, after, childType(type, element))
  if (inner.changed !== null) changed.set(element, inner.changed)
  if (inner.removed !== null) removed.set(element, inner.removed)
}

const setOf = (member: boolean, children: Map<string, FieldSet>): FieldSet | null =>
  member || children.size > 0 ? { member, children: children.size === 0 ? null : children } : null

const none: Comparison = { changed: null, removed: null }

/** The fields of a value: what an applied configuration owns. */
export function fieldSetOf(value: unknown, type: FieldType | null): FieldSet | null {
  if (isScalarType(value, type)) return leaf()
  const children = new Map<string, FieldSet>()
  for (const [element, inner] of entriesOf(value, type)) {
    const set = fieldSetOf(inner, childType(type, element)) ?? { member: false, children: null }
    const known = type?.shape === 'struct'
    const empty =
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.keys(inner).length === 0
    if (!known || inner === null || empty) set.member = true
    if (!isEmptySet(set)) children.set(element, set)
  }
  return children.size === 0 ? null : { member: false, children }
}

/** Path elements and values of a map, struct or associative list. */
export function entriesOf(value: unknown, type: FieldType | null): Map<string, unknown> {
  const entries = new Map<string, unknown>()
  if (value === undefined || value === null) return entries
  if (Array.isArray(value)) {
    for (const item of value) entries.set(elementOf(item, type as FieldType), item)
  } else {
    for (const name in value as Json)
      if ((value as Json)[name] !== undefined) entries.set(`f:${name}`, (value as Json)[name])
  }
  return entries
}

/** The path element of an item of an associative list. */
export function elementOf(item: unknown, type: FieldType): string {
  if (type.listType !== 'map') return `v:${JSON.stringify(item)}`
  const key: Json = {}
  for (const name of [...type.mapKeys].sort()) {
    const value = (item as Json | null)?.[name] ?? type.element?.fields?.get(name)?.zero
    if (value !== undefined) key[name] = value
  }
  return `k:${JSON.stringify(key)}`
}

export function childType(type: FieldType | null, element: string): FieldType | null {
  if (type === null) return null
  if (type.shape === 'struct') return type.fields?.get(element.slice(2)) ?? null
  return type.element
}

function isLeaf(before: unknown, after: unknown, type: FieldType | null): boolean {
  if (isScalarType(before, type) || isScalarType(after, type)) return !isUnsaid(before, after, type)
  return isEmptyValue(before) && isEmptyValue(after)
}

/** Null or absent on one side does not decide; the other side does. */
function isUnsaid(before: unknown, after: unknown, type: FieldType | null): boolean {
  const scalar = (value: unknown) => value !== undefined && value !== null && isScalarType(value, type)
  return !scalar(before) && !scalar(after) && !(isEmptyValue(before) && isEmptyValue(after))
}

const isEmptyValue = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0)

function isScalarType(value: unknown, type: FieldType | null): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (type === null) return Array.isArray(value)
  if (type.shape === 'struct' || type.shape === 'map') return type.atomic
  if (type.shape === 'list') return type.listType === 'atomic'
  return true
}
