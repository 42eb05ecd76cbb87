import { ApiError } from '../apiError.ts'
import { sameJson } from '../json.ts'
import type { FieldType } from '../schema/fieldType.ts'

/*
 * Strategic merge patches: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (v0.34), driven by x-kubernetes-patch-merge-key
 * and x-kubernetes-patch-strategy of the OpenAPI schemas.
 */

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const directive = '$patch'
const deleteList = '$deleteFromPrimitiveList/'
const elementOrder = '$setElementOrder/'
const retainKeys = '$retainKeys'

/** @param type null: no schema; then it is a merge patch with lists replaced. @throws ApiError 400 for a wrong directive. */
export function strategicMergePatch(target: Json, patch: Json, type: FieldType | null): Json {
  const action = patch[directive]
  if (action === 'replace') return without(patch, directive)
  if (action === 'delete') return {}
  if (action !== undefined && action !== 'merge')
    throw new ApiError(400, 'BadRequest', `Unknown patch type: ${JSON.stringify(action)}`)
  let out: Json = { ...target }
  const retained = patch[retainKeys] as string[] | undefined
  if (retained !== undefined) out = Object.fromEntries(Object.entries(out).filter(([name]) => retained.includes(name)))
  for (const [name, value] of Object.entries(patch)) {
    if (name === directive || name === retainKeys || name.startsWith(elementOrder)) continue
    if (name.startsWith(deleteList)) {
      const field = name.slice(deleteList.length)
      const gone = value as unknown[]
      out[field] = ((out[field] as unknown[] | undefined) ?? []).filter(
        (one) => !gone.some((other) => sameJson(one, other)),
      )
      continue
    }
    if (value === null) {
      delete out[name]
      continue
    }
    const field = fieldOf(type, name)
    const order = patch[`${elementOrder}${name}`] as unknown[] | undefined
    out[name] = mergeValue(out[name], value, field, order)
  }
  for (const name of Object.keys(patch)) {
    if (!name.startsWith(elementOrder)) continue
    const field = name.slice(elementOrder.length)
    if (!(field in patch) && Array.isArray(out[field]))
      out[field] = inOrder(out[field] as unknown[], patch[name] as unknown[], fieldOf(type, field))
  }
  return out
}

const without = (patch: Json, name: string): Json =>
  Object.fromEntries(Object.entries(patch).filter(([key]) => key !== name))

function fieldOf(type: FieldType | null, name: string): FieldType | null {
  if (type === null) return null
  return type.shape === 'struct' ? (type.fields?.get(name) ?? null) : type.element
}

function mergeValue(target: unknown, patch: unknown, type: FieldType | null, order: unknown[] | undefined): unknown {
  if (isObject(patch)) return strategicMergePatch(isObject(target) ? target : {}, patch, type)
  if (!Array.isArray(patch) || type?.shape !== 'list' || !type.patchStrategy.includes('merge')) return clean(patch)
  const list = Array.isArray(target) ? target : []
  const merged =
    type.patchMergeKey === null
      ? mergePrimitives(list, patch)
      : mergeObjects(list, patch as Json[], type, type.patchMergeKey)
  return order === undefined ? merged : inOrder(merged, order, type)
}

/** A replacing list carries no directives. */
function clean(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.filter((item) => !isObject(item) || item[directive] === undefined)
}

const mergePrimitives = (list: unknown[], patch: unknown[]): unknown[] => [
  ...list,
  ...patch.filter((one) => !list.includes(one)),
]

function mergeObjects(list: unknown[], patch: Json[], type: FieldType, key: string): unknown[] {
  if (patch.some((item) => item[directive] === 'replace' && item[key] === undefined)) {
    return patch.filter((item) => item[directive] === undefined)
  }
  let out = [...(list as Json[])]
  for (const item of patch) {
    if (item[key] === undefined) {
      throw new ApiError(
        500,
        'InternalError',
        `map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`,
      )
    }
    const index = out.findIndex((one) => one[key] === item[key])
    if (item[directive] === 'delete') out = out.filter((one) => one[key] !== item[key])
    else if (item[directive] === 'replace') out.splice(index < 0 ? out.length : index, 1, without(item, directive))
    else if (index < 0) out.push(strategicMergePatch({}, item, type.element))
    else out[index] = strategicMergePatch(out[index] as Json, item, type.element)
  }
  return out
}

/** Items that the order names come in that order; the others keep their place relative to their neighbours. */
function inOrder(list: unknown[], order: unknown[], type: FieldType | null): unknown[] {
  const key = type?.patchMergeKey ?? null
  const idOf = (item: unknown) => (key !== null && isObject(item) ? item[key] : item)
  const rank = new Map(order.map((item, index) => [idOf(item), index]))
  const ranked = list
    .filter((item) => rank.has(idOf(item)))
    .sort((a, b) => (rank.get(idOf(a)) as number) - (rank.get(idOf(b)) as number))
  let next = 0
  return list.map((item) => (rank.has(idOf(item)) ? ranked[next++] : item))
}
