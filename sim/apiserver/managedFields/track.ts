import type { Clock } from '../../clock.ts'
import type { KubeObject } from '../../kubeObject.ts'
import { timestamp, typeFor } from '../context.ts'
import { groupVersionOf } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { zeroValue } from '../schema/decode.ts'
import { compare } from './compare.ts'
import type { Comparison } from './compare.ts'
import { difference, fromFieldsV1, isEmptySet, sameSet, toFieldsV1, union } from './fieldSet.ts'
import type { FieldSet, FieldsV1 } from './fieldSet.ts'

/** An entry of metadata.managedFields. */
export interface Manager {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  /** Absent where a client left it out. */
  time?: string
  fieldsType: 'FieldsV1'
  fieldsV1: FieldsV1
  subresource?: string
}

/** Metadata that belongs to the system, not to managers (k8s.io/apimachinery managedfields/stripmeta.go). */
const stripped = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
  'clusterName',
])

/** The object without what is never managed, and without what this request cannot set (the reset fields of the strategies). */
export function managedView(object: KubeObject, kind: Kind, subresource: string): Record<string, unknown> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, status, ...rest } = object
  const view: Record<string, unknown> = { ...rest, metadata: managedMetadata(metadata) }
  const resets = kind.subresources.some(({ name }) => name === 'status')
  if (subresource === 'status') return { metadata: view['metadata'], status: status as unknown }
  if (!resets && status !== undefined) view['status'] = status
  return view
}

function managedMetadata(metadata: KubeObject['metadata']): Record<string, unknown> {
  const view: Record<string, unknown> = {}
  for (const field in metadata) if (!stripped.has(field)) view[field] = metadata[field]
  return view
}

/** Sets metadata.managedFields for a create or update by a manager. */
export function trackUpdate(
  kind: Kind,
  old: KubeObject | null,
  object: KubeObject,
  manager: string,
  subresource: string,
  clock: Clock,
): void {
  const entries = givenManagers(object) ?? ((old?.metadata['managedFields'] ?? []) as Manager[])
  const type = typeFor(kind)
  const before = old === null ? emptyView(kind, subresource) : managedView(old, kind, subresource)
  const change = compare(before, managedView(object, kind, subresource), type)
  const next = applyChange(
    entries,
    change,
    { manager, operation: 'Update', apiVersion: groupVersionOf(kind), subresource },
    clock,
  )
  if (next.length === 0) delete object.metadata['managedFields']
  else object.metadata['managedFields'] = next
}

/**
 * An update may change the managers themselves: kubectl moves those of client-side apply so. One empty entry takes all away; a list that is not
 * one of managers is left out of account (k8s.io/apimachinery managedfields, DecodeManagedFields).
 */
function givenManagers({ metadata }: KubeObject): Manager[] | null {
  const given = metadata['managedFields']
  if (!Array.isArray(given) || given.length === 0) return null
  const [first] = given as Partial<Manager>[]
  if (given.length === 1 && Object.keys(first ?? {}).length === 0) return []
  const areManagers = (given as Partial<Manager>[]).every(
    ({ operation, fieldsType, fieldsV1 }) =>
      (operation === 'Apply' || operation === 'Update') && fieldsType === 'FieldsV1' && fieldsV1 !== undefined,
  )
  return areManagers ? (given as Manager[]) : null
}

const emptyViews = new Map<string, Record<string, unknown>>()

function emptyView(kind: Kind, subresource: string): Record<string, unknown> {
  const id = `${kind.group}/${kind.plural}/${subresource}`
  let view = emptyViews.get(id)
  if (view === undefined) {
    const type = typeFor(kind)
    const zero = {
      apiVersion: '',
      kind: '',
      metadata: {},
      ...(type === null ? {} : zeroValue(type)),
    } as unknown as KubeObject
    view = managedView(zero, kind, subresource)
    emptyViews.set(id, view)
  }
  return view
}

type Identity = Pick<Manager, 'manager' | 'operation' | 'apiVersion'> & { subresource: string }

/** Moves changed fields to their manager and takes them, and removed ones, from all others. */
export function applyChange(entries: readonly Manager[], change: Comparison, who: Identity, clock: Clock): Manager[] {
  if (isEmptySet(change.changed) && isEmptySet(change.removed)) return [...entries]
  const lost = union(change.changed, change.removed)
  const next: Manager[] = []
  let found = false
  for (const entry of entries) {
    const set = fromFieldsV1(entry.fieldsV1)
    if (isSame(entry, who)) {
      found = true
      const mine = union(difference(set, change.removed), change.changed)
      if (mine !== null && !isEmptySet(mine))
        next.push(sameSet(mine, set) ? { ...entry, time: timestamp(clock) } : withSet(entry, mine, clock))
    } else {
      const rest = difference(set, lost)
      if (rest !== null && !isEmptySet(rest))
        next.push(sameSet(rest, set) ? entry : { ...entry, fieldsV1: toFieldsV1(rest) })
    }
  }
  if (!found && !isEmptySet(change.changed)) next.push(newEntry(who, change.changed as FieldSet, clock))
  return sortManagers(next)
}

export const isSame = (entry: Manager, who: Identity): boolean =>
  entry.manager === who.manager &&
  entry.operation === who.operation &&
  entry.apiVersion === who.apiVersion &&
  (entry.subresource ?? '') === who.subresource

export function newEntry(who: Identity, set: FieldSet, clock: Clock): Manager {
  return {
    manager: who.manager,
    operation: who.operation,
    apiVersion: who.apiVersion,
    time: timestamp(clock),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(set),
    ...(who.subresource === '' ? {} : { subresource: who.subresource }),
  }
}

const withSet = (entry: Manager, set: FieldSet, clock: Clock): Manager => ({
  ...entry,
  time: timestamp(clock),
  fieldsV1: toFieldsV1(set),
})

/** Applied ones first, then by time, manager, version and subresource. */
export function sortManagers(entries: Manager[]): Manager[] {
  const key = ({ operation, time, manager, apiVersion, subresource = '' }: Manager) =>
    [operation, time ?? '', manager, apiVersion, subresource].join('\u0000')
  return entries.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
