import jsonpatch from 'fast-json-patch'
import { ApiError, badRequest } from '../apiError.ts'
import { copyJson } from '../json.ts'

const rejected = () =>
  new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})

/** RFC 6902. @throws ApiError 400 for what is no patch, 422 for one that does not fit the object. */
export function jsonPatch(target: object, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  const document = copyJson(target)
  try {
    for (const operation of patch as jsonpatch.Operation[]) {
      if (operation.op === 'remove' && jsonpatch.getValueByPointer(document, operation.path) === undefined)
        throw rejected()
      jsonpatch.applyOperation(document, operation, true, true)
    }
  } catch {
    throw rejected()
  }
  return document
}
