import { setMaxListeners } from 'node:events'
import type { Discovery } from './discovery.ts'
import { createEventIndex, type EventIndex } from './eventIndex.ts'
import { startWatch, type Watch } from './watch.ts'
import type { Transport } from './transport.ts'

export interface WatchCache {
  /** The one watch of this kind in this namespace, started on first use and listed once. */
  of(kind: { apiVersion: string; kind: string; namespace?: string | undefined }): Promise<Watch>
  /** The events of a namespace by the object that they are about. */
  events(namespace: string): Promise<EventIndex>
  close(): void
}

/**
 * One watch for each kind and namespace, shared by all waits, open until `close`. Namespaced, not cluster-wide: a run
 * lives in two namespaces of its own (restricted and privileged), so there are at most two watches for each kind, they
 * see no other tenant's objects, and a Role in those namespaces suffices.
 */
export function createWatchCache(transport: Transport, discovery: Discovery): WatchCache {
  const watches = new Map<string, Promise<Watch>>()
  const indexes = new WeakMap<Watch, EventIndex>()
  const ending = new AbortController()
  // Every watch listens to it, and each namespace that a check makes has its own.
  setMaxListeners(0, ending.signal)

  async function start(kind: Parameters<WatchCache['of']>[0], key: string): Promise<Watch> {
    ending.signal.throwIfAborted()
    const path = await discovery.collection(kind, { signal: ending.signal })
    const watch = startWatch(transport, path, ending.signal)
    // One that ended (not permitted) is started anew by the next wait: rights may have been given since.
    watch.subscribe({ changed: () => undefined, ended: () => watches.delete(key) })
    return watch
  }

  function of(kind: Parameters<WatchCache['of']>[0]): Promise<Watch> {
    const key = `${kind.apiVersion} ${kind.kind} ${kind.namespace ?? ''}`
    const known = watches.get(key)
    if (known) return known
    const started = start(kind, key)
    watches.set(key, started)
    started.catch(() => watches.delete(key))
    return started
  }

  return {
    of,
    async events(namespace) {
      const watch = await of({ apiVersion: 'v1', kind: 'Event', namespace })
      const index = indexes.get(watch) ?? createEventIndex(watch)
      indexes.set(watch, index)
      return index
    },
    close: () => ending.abort(new Error('the connection to the cluster was closed')),
  }
}
