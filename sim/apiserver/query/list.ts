import type { Context } from '../context.ts'
import { ApiError, badRequest } from '../apiError.ts'
import type { Kind } from '../kinds.ts'
import { keyOf, rangeOf } from '../storage/collection.ts'
import type { Revision } from '../storage/revision.ts'
import { parseFieldSelector } from './fieldSelector.ts'
import { parseLabelSelector } from './labelSelector.ts'
import { continueToken } from './pages.ts'

export interface ListOptions {
  labelSelector?: string | null
  fieldSelector?: string | null
  limit?: number
  continueToken?: string | null
  resourceVersion?: string | null
  resourceVersionMatch?: string | null
}

export interface Listed {
  revisions: readonly Revision[]
  version: number
  continueToken: string | null
  remaining: number | null
}

/** @param namespace '' for all. @throws ApiError 400, 410, 504 as the real server words them. */
export function list(context: Context, kind: Kind, namespace: string, options: ListOptions): Listed {
  const { store } = context
  const matches = selection(kind, namespace, options)
  checkVersion(options.resourceVersion, store.version, options)
  const limit = options.limit ?? 0
  let version = store.version
  let found: readonly Revision[]
  if (options.continueToken) {
    const resumed = context.snapshots.resume(options.continueToken)
    version = resumed.version
    found = resumed.rest
  } else {
    found = select(context, kind, namespace, options, matches)
  }
  if (limit <= 0 || found.length <= limit) return { revisions: found, version, continueToken: null, remaining: null }
  const page = found.slice(0, limit)
  const rest = found.slice(limit)
  const last = (page.at(-1) as Revision).object.metadata
  const token = continueToken(version, keyOf(namespace === '' ? last.namespace : '', last.name))
  context.snapshots.keep(token, version, rest)
  return { revisions: page, version, continueToken: token, remaining: matches === null ? rest.length : null }
}

/** The predicate of the selectors of a list or watch; null when everything is selected. */
export function selection(
  kind: Kind,
  namespace: string,
  options: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
): ((revision: Revision) => boolean) | null {
  const labels = parseLabelSelector(options.labelSelector)
  const fields = parseFieldSelector(options.fieldSelector, kind)
  if (labels === null && fields === null) return null
  return ({ object }) =>
    (labels === null || labels(object.metadata.labels)) &&
    (fields === null || fields.matches(object)) &&
    (namespace === '' || object.metadata.namespace === namespace)
}

function select(
  context: Context,
  kind: Kind,
  namespace: string,
  options: ListOptions,
  matches: ((revision: Revision) => boolean) | null,
): Revision[] {
  const { byKey, keys } = context.store.of(kind)
  const name = parseFieldSelector(options.fieldSelector, kind)?.name ?? null
  if (name !== null && (namespace !== '' || !kind.namespaced)) {
    const one = byKey.get(keyOf(namespace, name))
    return one !== undefined && (matches === null || matches(one)) ? [one] : []
  }
  const [from, to] = rangeOf(keys, namespace)
  const found: Revision[] = []
  for (let i = from; i < to; i++) {
    const revision = byKey.get(keys[i] as string) as Revision
    if (matches === null || matches(revision)) found.push(revision)
  }
  return found
}

/** @throws ApiError 400 for text that is no version, 504 for one that is not there yet. */
function checkVersion(asked: string | null | undefined, current: number, options: ListOptions): void {
  if (asked === null || asked === undefined || asked === '') return
  const version = parseVersion(asked)
  if (version > current) {
    throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${version}, current: ${current}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    })
  }
  if (options.resourceVersionMatch === 'Exact' && version < current && version > 0) {
    throw new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.')
  }
}

export function parseVersion(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  }
  return Number(text)
}
