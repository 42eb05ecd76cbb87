import { ApiError } from '../apiError.ts'
import type { Context } from '../context.ts'
import type { Kind } from '../kinds.ts'
import { keyOf, rangeOf } from '../storage/collection.ts'
import type { Change } from '../storage/collection.ts'
import { revisionOf } from '../storage/revision.ts'
import type { Revision } from '../storage/revision.ts'
import { parseFieldSelector } from './fieldSelector.ts'
import { parseVersion, selection } from './list.ts'

export interface WatchOptions {
  labelSelector?: string | null
  fieldSelector?: string | null
  resourceVersion?: string | null
  /** The present state first, ended by a bookmark (WatchList). */
  sendInitialEvents?: boolean
  allowBookmarks?: boolean
  /** A watch of one object by its path. */
  name?: string | null
}

export interface WatchSink {
  event(type: Change['type'], revision: Revision): void
  bookmark(version: number, initialEventsEnd: boolean): void
}

/**
 * Starts a watch; the present state, where asked for, is delivered before this returns. Answers how to end it.
 * @throws ApiError 410 Expired when the version lies before the kept history.
 */
export function watch(
  context: Context,
  kind: Kind,
  namespace: string,
  options: WatchOptions,
  sink: WatchSink,
): () => void {
  const collection = context.store.of(kind)
  const fields = parseFieldSelector(options.fieldSelector, kind)
  const name = options.name ?? fields?.name ?? null
  const selected = selection(kind, namespace, options)
  const matches = (revision: Revision) =>
    (namespace === '' || revision.object.metadata.namespace === namespace) &&
    (name === null || revision.object.metadata.name === name) &&
    (selected === null || selected(revision))
  const deliver = (change: Change) => {
    const seen = project(change, matches)
    if (seen !== null) sink.event(seen.type, seen.revision)
  }
  const from = options.resourceVersion ? parseVersion(options.resourceVersion) : 0
  const initial = options.sendInitialEvents === true || (from === 0 && options.sendInitialEvents === undefined)
  if (initial) {
    const { byKey, keys } = collection
    const candidates =
      name !== null && (namespace !== '' || !kind.namespaced)
        ? [byKey.get(keyOf(namespace, name))]
        : keys.slice(...rangeOf(keys, namespace)).map((key) => byKey.get(key))
    for (const revision of candidates) if (revision !== undefined && matches(revision)) sink.event('ADDED', revision)
    if (options.allowBookmarks === true) sink.bookmark(context.store.version, true)
  } else if (from > 0) {
    if (from < collection.forgotten) throw expired(from, collection.forgotten)
    for (let i = firstAfter(collection.history, from); i < collection.history.length; i++)
      deliver(collection.history[i] as Change)
  }
  return collection.hub.add({ namespace, name, nodeName: fields?.nodeName ?? null, deliver })
}

const expired = (asked: number, oldest: number) =>
  new ApiError(410, 'Expired', `too old resource version: ${asked} (${oldest})`)

function firstAfter(history: readonly Change[], version: number): number {
  let low = 0
  let high = history.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((history[middle] as Change).version <= version) low = middle + 1
    else high = middle
  }
  return low
}

/** What a watch with a selector sees of a change: objects that start or stop matching come and go. */
function project(
  change: Change,
  matches: (revision: Revision) => boolean,
): { type: Change['type']; revision: Revision } | null {
  const { type, revision, previous } = change
  if (type === 'ADDED') return matches(revision) ? { type, revision } : null
  if (type === 'DELETED') return matches(previous ?? revision) ? { type, revision } : null
  const now = matches(revision)
  const before = previous !== null && matches(previous)
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', revision }
  if (!before) return null
  const last = previous.object
  const metadata = { ...last.metadata, resourceVersion: String(change.version) }
  return { type: 'DELETED', revision: revisionOf({ ...last, metadata }, change.version) }
}
