import { randomBytes, randomUUID } from 'node:crypto'
import { flatText } from '../../flatText.ts'
import type { KubeObject } from '../../kubeObject.ts'
import { mutate, validateAdmission } from '../admission/chain.ts'
import { alreadyExists, ApiError, badRequest, invalid } from '../apiError.ts'
import { timestamp } from '../context.ts'
import type { Context } from '../context.ts'
import { trackUpdate } from '../managedFields/track.ts'
import { keyOf } from '../storage/collection.ts'
import { revisionOf } from '../storage/revision.ts'
import type { Revision } from '../storage/revision.ts'
import { strategyOf } from '../strategies.ts'
import { validateMetadata } from '../validation/metadata.ts'
import { decodeObject } from './request.ts'
import type { Target, Warnings, WriteOptions } from './request.ts'

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789'
const maxNameLength = 63

/** @throws ApiError as the real server words it: 400, 403, 404, 409, 422. */
export function create(
  context: Context,
  target: Target,
  body: unknown,
  options: WriteOptions,
  warnings: Warnings,
): Revision {
  const object = decodeObject(target.kind, body, options, warnings)
  return createDecoded(context, target, object, options, warnings, null)
}

/** @param managed metadata.managedFields when the caller has made them (server-side apply). */
export function createDecoded(
  context: Context,
  target: Target,
  object: KubeObject,
  options: WriteOptions,
  warnings: Warnings,
  managed: unknown[] | null,
): Revision {
  const { kind, namespace } = target
  const { metadata } = object
  if (kind.namespaced) {
    if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
    metadata.namespace = namespace
  }
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw new ApiError(500, 'InternalError', 'resourceVersion should not be set on objects to be created', {})
  }
  delete metadata.resourceVersion
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'generation'] as const)
    delete metadata[field]
  const generated = !metadata.name && typeof metadata['generateName'] === 'string' && metadata['generateName'] !== ''
  if (generated) metadata.name = generateName(metadata['generateName'] as string)
  const strategy = strategyOf(kind)
  if (managed === null) trackUpdate(kind, null, object, options.fieldManager, target.subresource, context.clock)
  else metadata['managedFields'] = managed
  const request = {
    ...target,
    operation: 'CREATE' as const,
    object,
    old: null,
    user: options.user,
    warnings,
    dryRun: options.dryRun,
  }
  mutate(context, request)
  metadata.uid = flatText(randomUUID())
  metadata['creationTimestamp'] = timestamp(context.clock)
  if (kind.generation) metadata['generation'] = 1
  strategy.prepareForCreate?.(object, context)
  const causes = [...validateMetadata(object, kind), ...(strategy.validate?.(object) ?? [])]
  if (causes.length > 0) throw invalid(kind, metadata.name ?? '', causes)
  for (const warning of strategy.warnings?.(object) ?? []) warnings.push(warning)
  validateAdmission(context, request)
  const key = keyOf(metadata.namespace, metadata.name)
  const collection = context.store.of(kind)
  if (collection.byKey.has(key)) throw alreadyExists(kind, metadata.name)
  if (options.dryRun) return revisionOf(orderMetadata(object), context.store.version)
  metadata.resourceVersion = ''
  return context.store.put(kind, orderMetadata(object))
}

function generateName(prefix: string): string {
  const letters = [...randomBytes(5)].map((byte) => suffixLetters[byte % suffixLetters.length])
  return `${prefix.slice(0, maxNameLength - 5)}${letters.join('')}`
}

const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const

/** Metadata in the order of Go's struct, so that what is read looks as on a real server. */
export function orderMetadata(object: KubeObject): KubeObject {
  const metadata: Record<string, unknown> = {}
  for (const field of metadataOrder) if (object.metadata[field] !== undefined) metadata[field] = object.metadata[field]
  const { kind, apiVersion, metadata: _metadata, ...rest } = object
  return { kind, apiVersion, metadata, ...rest } as unknown as KubeObject
}
