import type { KubeObject } from '../../kubeObject.ts'
import { validateAdmission } from '../admission/chain.ts'
import { conflict } from '../apiError.ts'
import type { Status } from '../apiError.ts'
import { timestamp } from '../context.ts'
import type { Context } from '../context.ts'
import type { Kind } from '../kinds.ts'
import { revisionOf } from '../storage/revision.ts'
import type { Revision } from '../storage/revision.ts'
import { orderMetadata } from './create.ts'
import type { Target, WriteOptions } from './request.ts'
import { mustFind } from './update.ts'

export interface DeleteOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: string
  orphanDependents?: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
}

/** What a deletion answers: the object, or that it is gone. */
export type Deleted = { revision: Revision } | { status: Status }

const dependents: Record<string, string> = { Foreground: 'foregroundDeletion', Orphan: 'orphan' }

/** @throws ApiError 404, 409 for preconditions, 403. */
export function remove(context: Context, target: Target, options: DeleteOptions, write: WriteOptions): Deleted {
  const { kind } = target
  const existing = mustFind(context, target)
  const old = existing.object
  checkPreconditions(kind, target.name, old, options)
  validateAdmission(context, {
    ...target,
    operation: 'DELETE',
    object: old,
    old,
    user: write.user,
    warnings: [],
    dryRun: write.dryRun,
  })
  const grace = graceOf(kind, old, options)
  const finalizers = finalizersFor(old, options)
  const deleting = old.metadata.deletionTimestamp !== undefined
  const waits = grace > 0 || finalizers.length > 0 || (kind.plural === 'namespaces' && namespaceWaits(old))
  const marked = mark(context, kind, old, grace, finalizers)
  if (waits) {
    const unchanged =
      deleting &&
      (old.metadata.deletionGracePeriodSeconds ?? 0) <= grace &&
      finalizers.length === (old.metadata.finalizers ?? []).length
    if (unchanged) return { revision: existing }
    return { revision: write.dryRun ? revisionOf(marked, existing.version) : context.store.put(kind, marked) }
  }
  const gone = write.dryRun ? existing : context.store.remove(kind, old)
  if (!kind.returnsDeleted) return { status: success(kind, old) }
  if (kind.plural !== 'pods') return { revision: gone }
  const answer = { ...marked, metadata: { ...marked.metadata, resourceVersion: String(gone.version) } }
  return { revision: revisionOf(answer, gone.version) }
}

function checkPreconditions(kind: Kind, name: string, old: KubeObject, { preconditions = {} }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions
  const subject = { ...kind, plural: kind.kind }
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    throw conflict(
      subject,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid}). The object might have been deleted and then recreated`,
    )
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(
      subject,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
    )
  }
}

/** Only pods go gracefully: pkg/registry/core/pod/strategy.go, CheckGracefulDelete (v1.34). */
function graceOf(kind: Kind, object: KubeObject, options: DeleteOptions): number {
  if (kind.plural !== 'pods') return 0
  const spec = object['spec'] as { nodeName?: string; terminationGracePeriodSeconds?: number }
  const phase = (object['status'] as { phase?: string } | undefined)?.phase
  if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0
  const asked = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30
  return asked < 0 ? 1 : asked
}

function finalizersFor(object: KubeObject, options: DeleteOptions): string[] {
  const policy = options.propagationPolicy ?? (options.orphanDependents === true ? 'Orphan' : undefined)
  const present = object.metadata.finalizers ?? []
  if (policy === undefined) return present
  const others = present.filter((one) => !Object.values(dependents).includes(one))
  const wanted = dependents[policy]
  return wanted === undefined ? others : [...others, wanted]
}

const namespaceWaits = (object: KubeObject): boolean =>
  ((object['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? []).length > 0

function mark(context: Context, kind: Kind, old: KubeObject, grace: number, finalizers: string[]): KubeObject {
  const { finalizers: _finalizers, ...metadata } = old.metadata
  const marked: KubeObject = { ...old, metadata: { ...metadata } }
  if (finalizers.length > 0) marked.metadata.finalizers = finalizers
  marked.metadata.deletionTimestamp ??= timestamp(context.clock, grace * 1000)
  if (kind.plural === 'namespaces') {
    marked['status'] = { ...(old['status'] as object | undefined), phase: 'Terminating' }
    return orderMetadata(marked)
  }
  const before = old.metadata.deletionGracePeriodSeconds
  if (before !== undefined && grace < before) marked.metadata.deletionTimestamp = timestamp(context.clock, grace * 1000)
  marked.metadata.deletionGracePeriodSeconds = before === undefined ? grace : Math.min(before, grace)
  const generation = old.metadata['generation'] as number | undefined
  if (generation !== undefined && old.metadata.deletionTimestamp === undefined)
    marked.metadata['generation'] = generation + 1
  return orderMetadata(marked)
}

export function success(kind: Kind, object: KubeObject): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.plural,
      ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
    },
  }
}
