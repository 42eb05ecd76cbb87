import type { KubeObject } from '../kubeObject.ts'
import { ApiError, methodNotAllowed } from './apiError.ts'
import type { Status } from './apiError.ts'
import type { Context } from './context.ts'
import type { Kind } from './kinds.ts'
import type { Revision } from './storage/revision.ts'
import { createSubresource, updateSubresource } from './subresources/objects.ts'
import { answerVirtual } from './subresources/reviews.ts'
import { create } from './write/create.ts'
import { remove } from './write/delete.ts'
import type { DeleteOptions } from './write/delete.ts'
import { patch } from './write/patch.ts'
import type { PatchOptions } from './write/patch.ts'
import type { Target, Warnings, WriteOptions } from './write/request.ts'
import { mustFind, update } from './write/update.ts'

/*
 * The verbs on one object or collection: what HTTP and the in-process client share.
 */

/** Either a stored object, or an answer that is not stored. */
export type Outcome = { code: number; revision: Revision } | { code: number; body: KubeObject | Status }

export function get(context: Context, target: Target): Outcome {
  const { subresource } = target
  if (subresource === 'scale') return { code: 200, body: updateSubresource.scale(context, target, null) }
  return { code: 200, revision: mustFind(context, target) }
}

export function post(
  context: Context,
  target: Target,
  body: unknown,
  options: WriteOptions,
  warnings: Warnings,
): Outcome {
  const { kind, subresource } = target
  if (kind.virtual) return { code: 201, body: answerVirtual(context, target, body, options) }
  if (subresource !== '') return { code: 201, body: createSubresource(context, target, body, options, warnings) }
  if (target.name !== '') throw methodNotAllowed()
  return { code: 201, revision: create(context, target, body, options, warnings) }
}

export function put(
  context: Context,
  target: Target,
  body: unknown,
  options: WriteOptions,
  warnings: Warnings,
): Outcome {
  if (target.subresource === 'scale')
    return { code: 200, body: updateSubresource.scale(context, target, body as KubeObject, options, warnings) }
  const { revision, created } = update(context, target, body, options, warnings)
  return { code: created ? 201 : 200, revision }
}

export function patchObject(
  context: Context,
  target: Target,
  body: unknown,
  options: PatchOptions,
  warnings: Warnings,
): Outcome {
  if (target.subresource === 'scale') {
    const before = updateSubresource.scale(context, target, null)
    const wanted = {
      ...before,
      ...(body as object),
      spec: { ...(before['spec'] as object), ...(body as KubeObject)['spec'] },
    } as KubeObject
    return { code: 200, body: updateSubresource.scale(context, target, wanted, options, warnings) }
  }
  const { revision, created } = patch(context, target, body, options, warnings)
  return { code: created ? 201 : 200, revision }
}

export function deleteObject(context: Context, target: Target, options: DeleteOptions, write: WriteOptions): Outcome {
  const deleted = remove(context, target, options, write)
  return 'status' in deleted ? { code: 200, body: deleted.status } : { code: 200, revision: deleted.revision }
}

/** Deletes what a list selects; answers the list as it was. */
export function deleteListed(
  context: Context,
  kind: Kind,
  listed: readonly Revision[],
  options: DeleteOptions,
  write: WriteOptions,
): void {
  for (const { object } of listed) {
    const target = { kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name, subresource: '' }
    try {
      remove(context, target, options, write)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error
    }
  }
}
