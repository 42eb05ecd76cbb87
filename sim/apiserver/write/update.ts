import type { KubeObject } from '../../kubeObject.ts'
import { mutate, validateAdmission } from '../admission/chain.ts'
import { badRequest, conflict, invalid, notFound, staleVersion } from '../apiError.ts'
import type { Context } from '../context.ts'
import { sameJson } from '../json.ts'
import { trackUpdate } from '../managedFields/track.ts'
import { keyOf } from '../storage/collection.ts'
import { revisionOf } from '../storage/revision.ts'
import type { Revision } from '../storage/revision.ts'
import { strategyOf } from '../strategies.ts'
import { invalidValue } from '../validation/fieldErrors.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/metadata.ts'
import { createDecoded, orderMetadata } from './create.ts'
import { decodeObject } from './request.ts'
import type { Target, Warnings, WriteOptions } from './request.ts'

export interface Updated {
  revision: Revision
  created: boolean
}

/** PUT. @throws ApiError as the real server words it. */
export function update(
  context: Context,
  target: Target,
  body: unknown,
  options: WriteOptions,
  warnings: Warnings,
): Updated {
  const { kind } = target
  const object = decodeObject(kind, body, options, warnings)
  if (object.metadata.name === undefined || object.metadata.name === '') {
    throw badRequest(`the name of the object (based on URL) was undeterminable: name must be provided`)
  }
  if (object.metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${target.name})`,
    )
  }
  if (kind.namespaced) {
    if (object.metadata.namespace !== undefined && object.metadata.namespace !== target.namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
    object.metadata.namespace = target.namespace
  }
  const existing = find(context, target)
  if (existing === undefined) {
    if (!kind.createOnUpdate || target.subresource !== '') throw notFound(kind, target.name)
    delete object.metadata.resourceVersion
    return { revision: createDecoded(context, target, object, options, warnings, null), created: true }
  }
  if (kind.versionedUpdate && !object.metadata.resourceVersion) {
    const subject = { ...kind, kind: kind.plural }
    throw invalid(subject, target.name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ])
  }
  return { revision: replace(context, target, existing, object, options, warnings, null), created: false }
}

export const find = (context: Context, target: Target): Revision | undefined =>
  context.store.of(target.kind).byKey.get(keyOf(target.kind.namespaced ? target.namespace : '', target.name))

export function mustFind(context: Context, target: Target): Revision {
  const found = find(context, target)
  if (found === undefined) throw notFound(target.kind, target.name)
  return found
}

/** The common end of PUT and PATCH: the new state of an existing object. */
export function replace(
  context: Context,
  target: Target,
  existing: Revision,
  object: KubeObject,
  options: WriteOptions,
  warnings: Warnings,
  managed: unknown[] | null,
): Revision {
  const { kind, subresource } = target
  const old = existing.object
  const { metadata } = object
  if (
    metadata.resourceVersion !== undefined &&
    metadata.resourceVersion !== '' &&
    metadata.resourceVersion !== old.metadata.resourceVersion
  ) {
    throw staleVersion(kind, target.name)
  }
  if (metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== old.metadata.uid) {
    throw conflict(
      kind,
      target.name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    )
  }
  keepSystemFields(object, old)
  const strategy = strategyOf(kind)
  confine(
    object,
    old,
    subresource,
    kind.subresources.some(({ name }) => name === 'status'),
  )
  if (managed === null) trackUpdate(kind, old, object, options.fieldManager, subresource, context.clock)
  else metadata['managedFields'] = managed
  const request = {
    ...target,
    operation: 'UPDATE' as const,
    object,
    old,
    user: options.user,
    warnings,
    dryRun: options.dryRun,
  }
  mutate(context, request)
  strategy.prepareForUpdate?.(object, old, subresource, context)
  if (
    kind.generation &&
    subresource !== 'status' &&
    subresource !== 'binding' &&
    !sameJson(object['spec'], old['spec'])
  ) {
    metadata['generation'] = ((old.metadata['generation'] as number | undefined) ?? 0) + 1
  }
  const causes = [
    ...validateMetadataUpdate(object, old),
    ...validateMetadata(object, kind),
    ...(subresource === 'status' ? [] : (strategy.validate?.(object) ?? [])),
    ...(strategy.validateUpdate?.(object, old, subresource) ?? []),
  ]
  if (causes.length > 0) throw invalid(kind, target.name, causes)
  validateAdmission(context, request)
  const ordered = orderMetadata(object)
  if (isReleased(ordered, old)) {
    if (!options.dryRun) context.store.remove(kind, ordered)
    return revisionOf(ordered, existing.version)
  }
  if (sameJson(ordered, old)) return existing
  return options.dryRun ? revisionOf(ordered, existing.version) : context.store.put(kind, ordered)
}

const systemFields = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'generateName',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]

const keepSystemFields = (object: KubeObject, old: KubeObject): void =>
  keep(object.metadata, old.metadata, systemFields)

/** The main resource cannot touch the status, /status nothing else. */
function confine(object: KubeObject, old: KubeObject, subresource: string, hasStatus: boolean): void {
  if (subresource === 'status') {
    for (const field of Object.keys(object)) if (!(field in old) && field !== 'status') delete object[field]
    for (const field of Object.keys(old))
      if (field !== 'metadata' && field !== 'status') object[field] = old[field] as unknown
    keep(object.metadata, old.metadata, ['ownerReferences', 'finalizers'])
  } else if (hasStatus && subresource === '') {
    keep(object, old, ['status'])
  }
}

function keep(object: Record<string, unknown>, old: Record<string, unknown>, fields: readonly string[]): void {
  for (const field of fields) {
    if (old[field] === undefined) delete object[field]
    else object[field] = old[field]
  }
}

/** The last finalizer of a deleted object is gone: so is the object. */
function isReleased(object: KubeObject, old: KubeObject): boolean {
  const { metadata } = object
  if (old.metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false
  if (object.kind === 'Namespace')
    return ((object['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? []).length === 0
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0
}
