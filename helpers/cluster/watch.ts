import { ApiError, errorOfAnswer } from './apiError.ts'
import type { KubeObject } from './cluster.ts'
import { pause } from './deadline.ts'
import { linesOf } from './lines.ts'
import { listPages, whole } from './objects.ts'
import type { Transport } from './transport.ts'

/** The objects of one collection as the last list and the watch since then showed them. */
export interface Watch {
  /** Resolves once the first list is in; rejects when it may not be read (403) or the collection does not exist. */
  readonly ready: Promise<void>
  /** By namespace/name. */
  readonly objects: ReadonlyMap<string, KubeObject>
  /** What keeps the watch from being current, null while it is. */
  readonly trouble: string | null
  /** Called after each change with the object and whether it is gone. Returns the way to stop that. */
  subscribe(listener: WatchListener): () => void
}

export interface WatchListener {
  changed(object: KubeObject, gone: boolean): void
  /** The watch has ended for good: not permitted, or closed. */
  ended(error: Error): void
}

/**
 * Without a word from the server for so long the connection is taken for dead, ms. Bookmarks come once a minute only;
 * a reconnect in between costs one request and bounds how late a half-open connection can make a wait.
 */
const silenceMs = 45_000
/** The server ends a watch after this time, s: below the 300 s at which many load balancers cut. */
const serverTimeoutSeconds = 290

export const keyOf = (of: { namespace?: string | undefined; name?: string | undefined }): string =>
  `${of.namespace ?? ''}/${of.name ?? ''}`

/**
 * List, then watch from there, for as long as the signal lets it: goes on from the last resourceVersion after a cut
 * connection, lists again after 410, waits with back-off while the server is away.
 */
export function startWatch(transport: Transport, path: string, signal: AbortSignal): Watch {
  const objects = new Map<string, KubeObject>()
  const listeners = new Set<WatchListener>()
  let trouble: string | null = 'the first list is not in yet'
  /** Called when the watch has caught up; null while it is current. */
  let current: (() => void) | null = null
  transport.stats.watches++

  function put(object: KubeObject, gone: boolean): void {
    const key = keyOf(object.metadata)
    if (gone) objects.delete(key)
    else objects.set(key, object)
    for (const listener of [...listeners]) listener.changed(object, gone)
  }

  async function list(): Promise<string> {
    const { items, resourceVersion } = await listPages(transport, { path }, whole, { signal, timeoutMs: 60_000 })
    const present = new Map(items.map((item) => [keyOf(item.metadata), item]))
    for (const [key, known] of [...objects]) {
      // Deleted, or replaced by another of the same name, while nobody looked.
      if (present.get(key)?.metadata.uid !== known.metadata.uid) put(known, true)
    }
    for (const [key, item] of present) {
      if (objects.get(key)?.metadata.resourceVersion !== item.metadata.resourceVersion) put(item, false)
    }
    return resourceVersion
  }

  /** Follows one watch connection to its end; returns the resourceVersion to go on from, null for a new list. */
  async function follow(resourceVersion: string): Promise<string | null> {
    const query = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds: serverTimeoutSeconds }
    const body = await transport.stream({ path, query }, { signal, silenceMs })
    trouble = null
    current?.()
    current = null
    let last = resourceVersion
    try {
      for await (const line of linesOf(body)) {
        const event = JSON.parse(line) as { type: string; object: KubeObject }
        if (event.type === 'ERROR') throw errorOfEvent(transport.server, path, event.object)
        last = event.object.metadata.resourceVersion ?? last
        if (event.type !== 'BOOKMARK') put(event.object, event.type === 'DELETED')
      }
    } catch (error) {
      if (signal.aborted || (error instanceof ApiError && error.code !== 0)) throw error
      // A cut or silent connection is no news about the objects: go on from where it was.
    }
    return last
  }

  async function run(listed: () => void): Promise<never> {
    let resourceVersion: string | null = null
    for (let failures = 0; ;) {
      const began = performance.now()
      try {
        if (resourceVersion === null) {
          resourceVersion = await list()
          listed()
        }
        resourceVersion = await follow(resourceVersion)
        current ??= transport.troubles.begin(`watching ${path} again`)
        // A server that ends watches at once must not be hammered.
        failures = performance.now() - began > 1000 ? 0 : failures + 1
      } catch (error) {
        current ??= transport.troubles.begin(`watching ${path} again`)
        signal.throwIfAborted()
        if (isFinal(error)) throw error
        failures++
        trouble = error instanceof Error ? error.message : String(error)
        if (error instanceof ApiError && error.code === 410) resourceVersion = null
        transport.noteRetry(`watch ${path}`, failures, trouble)
      }
      if (failures > 0) await pause(Math.min(5000, 50 * 2 ** Math.min(failures, 8)), signal)
    }
  }

  const ready = new Promise<void>((resolve, reject) => {
    run(resolve).catch((error: Error) => {
      current?.()
      trouble = error.message
      reject(error)
      for (const listener of [...listeners]) listener.ended(error)
      listeners.clear()
    })
  })
  ready.catch(() => undefined)

  return {
    ready,
    objects,
    get trouble() {
      return trouble
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Asking again cannot help: not logged in, not permitted, no such collection, not Kubernetes. */
const isFinal = (error: unknown): boolean =>
  !(error instanceof ApiError) ||
  [400, 401, 403, 404, 405].includes(error.code) ||
  ['NotKubernetes', 'Tls'].includes(error.reason)

const errorOfEvent = (server: string, path: string, status: unknown): ApiError =>
  errorOfAnswer(
    server,
    { method: 'GET', path },
    {
      code: (status as { code?: number }).code ?? 500,
      headers: { 'content-type': 'application/json' },
      text: JSON.stringify(status),
    },
  )
