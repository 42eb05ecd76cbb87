import type { KubeObject } from '../../kubeObject.ts'
import { ApiError, badRequest, notFound } from '../apiError.ts'
import { typeFor } from '../context.ts'
import type { Context } from '../context.ts'
import { copyJson } from '../json.ts'
import { groupVersionOf } from '../kinds.ts'
import { childType, compare, elementOf, fieldSetOf } from '../managedFields/compare.ts'
import {
  difference,
  fromFieldsV1,
  intersection,
  isEmptySet,
  pathsOf,
  sameSet,
  union,
} from '../managedFields/fieldSet.ts'
import type { FieldSet } from '../managedFields/fieldSet.ts'
import { applyChange, isSame, managedView, newEntry, sortManagers } from '../managedFields/track.ts'
import type { Manager } from '../managedFields/track.ts'
import { isEmpty } from '../schema/decode.ts'
import type { FieldType } from '../schema/fieldType.ts'
import { createDecoded } from '../write/create.ts'
import type { PatchOptions } from '../write/patch.ts'
import { decodeObject, decodeOnly } from '../write/request.ts'
import type { Target, Warnings } from '../write/request.ts'
import { find, replace } from '../write/update.ts'
import type { Updated } from '../write/update.ts'

/*
 * Server-side apply: structured-merge-diff v6, merge/update.go (Updater.Apply).
 */

type Json = Record<string, unknown>

/** @throws ApiError 409 with one cause a field that another manager owns with another value. */
export function apply(
  context: Context,
  target: Target,
  body: unknown,
  options: PatchOptions,
  warnings: Warnings,
): Updated {
  const { kind, subresource } = target
  const type = typeFor(kind)
  const applied = decodeApplied(target, body, options, warnings)
  const existing = find(context, target)
  if (existing === undefined && subresource !== '') throw notFound(kind, target.name)
  const old = existing?.object ?? null
  const who = {
    manager: options.fieldManager,
    operation: 'Apply' as const,
    apiVersion: groupVersionOf(kind),
    subresource,
  }
  const entries = (old?.metadata['managedFields'] ?? []) as Manager[]
  const given = pruneDefaults(body as Json, managedView(applied, kind, subresource), type)
  if (isEmpty(given['metadata'] as object)) delete given['metadata']
  const set = fieldSetOf(given, type) ?? { member: false, children: null }
  const mine = entries.find((entry) => isSame(entry, who))
  const others = entries.filter((entry) => entry !== mine)
  const owned = others.reduce<FieldSet | null>((all, entry) => union(all, fromFieldsV1(entry.fieldsV1)), null)
  const base = (old === null ? {} : copyJson(old)) as Json
  const kept = union(set, owned)
  const dropped = mine === undefined ? null : difference(fromFieldsV1(mine.fieldsV1), kept)
  const merged = withoutFields(mergeTyped(base, given, type), dropped, kept, type) as Json
  const object = decodeObject(
    kind,
    { ...merged, apiVersion: groupVersionOf(kind), kind: kind.kind },
    { fieldValidation: 'Ignore' },
    [],
  )
  object.metadata.name = target.name
  const change = compare(
    old === null ? {} : managedView(old, kind, subresource),
    managedView(object, kind, subresource),
    type,
  )
  const conflicts = others.flatMap((entry) =>
    pathsOf(intersection(intersection(fromFieldsV1(entry.fieldsV1), change.changed), set)).map((path) => ({
      entry,
      path,
    })),
  )
  if (conflicts.length > 0 && !options.force) throw conflictError(conflicts)
  const remaining = applyChange(
    others,
    { changed: change.changed, removed: change.removed },
    { ...who, manager: '\u0000' },
    context.clock,
  ).filter(({ manager }) => manager !== '\u0000')
  const entry =
    mine !== undefined && sameSet(fromFieldsV1(mine.fieldsV1), set) && isEmptySet(change.changed)
      ? mine
      : newEntry(who, set, context.clock)
  const managed = sortManagers([...remaining, ...(isEmptySet(set) ? [] : [entry])])
  if (existing === undefined) {
    return { revision: createDecoded(context, target, object, options, warnings, managed), created: true }
  }
  return { revision: replace(context, target, existing, object, options, warnings, managed), created: false }
}

function decodeApplied(target: Target, body: unknown, options: PatchOptions, warnings: Warnings): KubeObject {
  const given = body as KubeObject | null
  if (given?.metadata?.['managedFields'] !== undefined && (given.metadata['managedFields'] as unknown[]).length > 0) {
    throw badRequest('metadata.managedFields must be nil')
  }
  const applied = decodeOnly(
    target.kind,
    body,
    { fieldValidation: options.fieldValidation === 'Ignore' ? 'Ignore' : options.fieldValidation },
    warnings,
  )
  if (given?.metadata?.name !== undefined && given.metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${given.metadata.name}) does not match the name on the URL (${target.name})`,
    )
  }
  return applied
}

/** Decoding fills in zero values; only what the body says is applied. */
function pruneDefaults(body: Json, decoded: Json, type: FieldType | null): Json {
  const out: Json = {}
  for (const [name, value] of Object.entries(decoded)) {
    const said = body[name]
    if (said === undefined) continue
    out[name] = prune(said, value, childType(type, `f:${name}`))
  }
  return out
}

function prune(said: unknown, decoded: unknown, type: FieldType | null): unknown {
  if (Array.isArray(decoded) && Array.isArray(said))
    return decoded.map((item, index) => prune(said[index], item, type?.element ?? null))
  if (typeof decoded !== 'object' || decoded === null || typeof said !== 'object' || said === null) return decoded
  if (type?.shape === 'map') return decoded
  return pruneDefaults(said as Json, decoded as Json, type)
}

/** The applied values over the live ones; associative lists by their keys. */
function mergeTyped(live: unknown, applied: unknown, type: FieldType | null): unknown {
  if (typeof applied !== 'object' || applied === null || type?.atomic === true) return applied
  if (Array.isArray(applied)) {
    if (type?.shape !== 'list' || type.listType === 'atomic') return applied
    const out = Array.isArray(live) ? [...(live as unknown[])] : []
    for (const item of applied as unknown[]) {
      const element = elementOf(item, type)
      const index = out.findIndex((one) => elementOf(one, type) === element)
      if (index < 0) out.push(item)
      else out[index] = mergeTyped(out[index], item, type.element)
    }
    return out
  }
  const out: Json = { ...(live as Json | undefined) }
  for (const [name, value] of Object.entries(applied))
    out[name] = mergeTyped(out[name], value, childType(type, `f:${name}`))
  return out
}

/**
 * Removes what the manager applied before and applies no longer, with all below it; but what is applied, or owned by others, stays (merge/update.go,
 * prune).
 */
function withoutFields(value: unknown, gone: FieldSet | null, kept: FieldSet | null, type: FieldType | null): unknown {
  if (gone === null || gone.children === null || typeof value !== 'object' || value === null) return value
  const rest = (element: string, inner: unknown): unknown[] => {
    const set = gone.children?.get(element)
    if (set === undefined) return [inner]
    const keptHere = kept?.children?.get(element) ?? null
    const innerType = Array.isArray(value) ? (type?.element ?? null) : childType(type, element)
    if (!set.member) return [withoutFields(inner, set, keptHere, innerType)]
    return keptHere === null ? [] : [onlyFields(inner, keptHere, innerType)]
  }
  if (Array.isArray(value)) return value.flatMap((item) => rest(elementOf(item, type as FieldType), item))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => rest(`f:${name}`, inner).map((left) => [name, left])),
  )
}

function onlyFields(value: unknown, set: FieldSet, type: FieldType | null): unknown {
  if (set.children === null || typeof value !== 'object' || value === null) return value
  const of = (element: string, inner: unknown, innerType: FieldType | null): unknown[] => {
    const child = set.children?.get(element)
    return child === undefined ? [] : [onlyFields(inner, child, innerType)]
  }
  if (Array.isArray(value))
    return value.flatMap((item) => of(elementOf(item, type as FieldType), item, type?.element ?? null))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      of(`f:${name}`, inner, childType(type, `f:${name}`)).map((left) => [name, left]),
    ),
  )
}

function conflictError(conflicts: readonly { entry: Manager; path: string }[]): ApiError {
  const nameOf = ({ manager, operation, subresource, apiVersion, time }: Manager) =>
    operation === 'Apply'
      ? `conflict with ${JSON.stringify(manager)}${subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`}`
      : `conflict with ${JSON.stringify(manager)}${subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`} using ${apiVersion} at ${time}`
  const causes = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: nameOf(entry),
    field: path,
  }))
  const managers = [...new Set(conflicts.map(({ entry }) => entry))]
  const text =
    conflicts.length === 1
      ? `${causes[0]?.message}: ${causes[0]?.field}`
      : managers
          .map((entry) => {
            const fields = conflicts.filter((one) => one.entry === entry).map(({ path }) => `\n- ${path}`)
            return `${managers.length === 1 ? 'conflicts' : 'conflicts'}${nameOf(entry).slice('conflict'.length)}:${fields.join('')}`
          })
          .join('\n')
  const count = `${conflicts.length} conflict${conflicts.length === 1 ? '' : 's'}`
  return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${text}`, { causes })
}
