import type { KubeObject } from '../../kubeObject.ts'
import { ApiError, conflict, invalid, noSuchResource } from '../apiError.ts'
import type { Status } from '../apiError.ts'
import { timestamp } from '../context.ts'
import type { Context } from '../context.ts'
import { defaultAudience } from '../auth/authority.ts'
import { copyJson } from '../json.ts'
import { invalidValue } from '../validation/fieldErrors.ts'
import { remove } from '../write/delete.ts'
import type { DeleteOptions } from '../write/delete.ts'
import type { Target, Warnings, WriteOptions } from '../write/request.ts'
import { mustFind, replace } from '../write/update.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- objects as JSON
type Json = Record<string, any>

/** POST to a sub-resource: binding, eviction, token. */
export function createSubresource(
  context: Context,
  target: Target,
  body: unknown,
  options: WriteOptions,
  warnings: Warnings,
): KubeObject | Status {
  if (target.subresource === 'binding') return bind(context, target, body as KubeObject, options, warnings)
  if (target.subresource === 'eviction') return evict(context, target, body as KubeObject, options)
  if (target.subresource === 'token') return issueToken(context, target, body as KubeObject, options)
  throw noSuchResource()
}

export function bind(
  context: Context,
  target: Target,
  binding: KubeObject,
  options: WriteOptions,
  warnings: Warnings,
): Status {
  const existing = mustFind(context, { ...target, subresource: '' })
  const node = (binding['target'] as { name?: string } | undefined)?.name ?? ''
  const subject = { ...target.kind, plural: 'pods/binding' }
  const spec = existing.object['spec'] as Json
  if (existing.object.metadata.deletionTimestamp !== undefined) {
    throw conflict(subject, target.name, `pod ${target.name} is being deleted, cannot be assigned to a host`)
  }
  if (spec['nodeName']) {
    throw conflict(
      subject,
      target.name,
      `pod ${target.name} is already assigned to node ${JSON.stringify(spec['nodeName'])}`,
    )
  }
  const object = copyJson(existing.object)
  const bound = object['spec'] as Json
  bound['nodeName'] = node
  const status = object['status'] as Json
  const now = timestamp(context.clock)
  const others = ((status['conditions'] ?? []) as Json[]).filter(({ type }) => type !== 'PodScheduled')
  status['conditions'] = [
    ...others,
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now },
  ]
  delete object.metadata.resourceVersion
  replace(context, { ...target, subresource: 'binding' }, existing, object, options, warnings, [
    ...((object.metadata['managedFields'] as unknown[] | undefined) ?? []),
  ])
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}

function evict(context: Context, target: Target, eviction: KubeObject, options: WriteOptions): Status {
  const deleteOptions = (eviction['deleteOptions'] ?? {}) as DeleteOptions & { dryRun?: string[] }
  const dryRun = options.dryRun || (deleteOptions.dryRun ?? []).includes('All')
  remove(context, { ...target, subresource: '' }, deleteOptions, { ...options, dryRun })
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}

const minTokenSeconds = 600

function issueToken(context: Context, target: Target, request: KubeObject, options: WriteOptions): KubeObject {
  const { object: account } = mustFind(context, { ...target, subresource: '' })
  const spec = (request['spec'] ?? {}) as { audiences?: string[]; expirationSeconds?: number; boundObjectRef?: unknown }
  const seconds = spec.expirationSeconds ?? 3600
  if (seconds < minTokenSeconds) {
    const subject = { group: 'authentication.k8s.io', plural: 'tokenrequests', kind: 'TokenRequest' }
    throw invalid(subject, '', [
      invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    ])
  }
  const audiences = spec.audiences === undefined || spec.audiences.length === 0 ? [defaultAudience] : spec.audiences
  const { name, namespace = '', uid = '' } = account.metadata
  const expires = Math.floor(context.clock.now() / 1000) + seconds
  const time = timestamp(context.clock)
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: time,
      managedFields: [
        {
          manager: options.fieldManager,
          operation: 'Update',
          apiVersion: 'authentication.k8s.io/v1',
          time,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:expirationSeconds': {} } },
          subresource: 'token',
        },
      ],
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: {
      token: context.authority.issue({ namespace, name, uid }, audiences, expires),
      expirationTimestamp: timestamp(context.clock, seconds * 1000),
    },
  }
}

/** The Scale view of a workload; with a wanted Scale its replicas are changed. */
function scale(
  context: Context,
  target: Target,
  wanted: KubeObject | null,
  options?: WriteOptions,
  warnings: Warnings = [],
): KubeObject {
  const parent = { ...target, subresource: '' }
  let { object } = mustFind(context, parent)
  if (wanted !== null) {
    const replicas = (wanted['spec'] as { replicas?: number } | undefined)?.replicas ?? 0
    if (!Number.isInteger(replicas) || replicas < 0) {
      const subject = { group: 'autoscaling', plural: 'scales', kind: 'Scale' }
      throw invalid(subject, target.name, [
        invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
      ])
    }
    if (options === undefined) throw new ApiError(500, 'InternalError', 'a scale is written without options')
    const changed = copyJson(object)
    ;(changed['spec'] as Json)['replicas'] = replicas
    const version = wanted.metadata?.resourceVersion
    if (version !== undefined) changed.metadata.resourceVersion = version
    else delete changed.metadata.resourceVersion
    ;({ object } = replace(context, parent, mustFind(context, parent), changed, options, warnings, null))
  }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const spec = object['spec'] as Json
  const labels = (spec['selector']?.matchLabels ?? spec['selector'] ?? {}) as Record<string, string>
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: { replicas: spec['replicas'] as number },
    status: {
      replicas: (object['status']?.replicas ?? 0) as number,
      selector: Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    },
  }
}

export const updateSubresource = { scale }
