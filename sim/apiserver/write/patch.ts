import type { KubeObject } from '../../kubeObject.ts'
import { badRequest, invalid, notFound } from '../apiError.ts'
import { typeFor } from '../context.ts'
import type { Context } from '../context.ts'
import { apply } from '../patch/apply.ts'
import { jsonPatch } from '../patch/jsonPatch.ts'
import { mergePatch } from '../patch/mergePatch.ts'
import { strategicMergePatch } from '../patch/strategicMergePatch.ts'
import { fromCore } from '../views.ts'
import { invalidValue, required } from '../validation/fieldErrors.ts'
import { decodeObject, unsupportedMedia } from './request.ts'
import type { Target, Warnings, WriteOptions } from './request.ts'
import { find, replace } from './update.ts'
import type { Updated } from './update.ts'

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

export interface PatchOptions extends WriteOptions {
  contentType: string
  force: boolean
}

/** @throws ApiError as the real server words it: 400, 404, 409, 415, 422. */
export function patch(
  context: Context,
  target: Target,
  body: unknown,
  options: PatchOptions,
  warnings: Warnings,
): Updated {
  const { kind } = target
  if (!(Object.values(patchTypes) as string[]).includes(options.contentType)) throw unsupportedMedia()
  if (options.contentType === patchTypes.apply) {
    if (options.fieldManager === '') {
      const patchOptions = { group: 'meta.k8s.io', plural: 'patchoptions', kind: 'PatchOptions' }
      throw invalid(patchOptions, '', [required('fieldManager', 'is required for apply patch')])
    }
    return apply(context, target, body, options, warnings)
  }
  const existing = find(context, target)
  if (existing === undefined) throw notFound(kind, target.name)
  const patched = decodeObject(
    kind,
    applyTo(fromCore(kind, existing.object), target, body, options.contentType),
    options,
    warnings,
  )
  checkIdentity(patched, target)
  const { uid } = patched.metadata
  // A PUT takes it for a precondition, and answers 409.
  if (uid && uid !== existing.object.metadata.uid)
    throw invalid(kind, target.name, [invalidValue('metadata.uid', uid, 'field is immutable')])
  return { revision: replace(context, target, existing, patched, options, warnings, null), created: false }
}

function applyTo(old: KubeObject, { kind }: Target, body: unknown, contentType: string): unknown {
  if (contentType === patchTypes.json) return jsonPatch(old, body)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}')
  if (contentType === patchTypes.merge) return mergePatch(old, body)
  return strategicMergePatch(old, body as Record<string, unknown>, typeFor(kind))
}

function checkIdentity(object: KubeObject, target: Target): void {
  if (object.metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${target.name})`,
    )
  }
  if (target.kind.namespaced && object.metadata.namespace !== target.namespace) {
    throw badRequest(
      `the namespace of the object (${object.metadata.namespace}) does not match the namespace on the request (${target.namespace})`,
    )
  }
}
