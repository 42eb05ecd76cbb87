import type { Clock } from '../clock.ts'
import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { pauseUnlessAborted } from '../kubelet/timers.ts'

export interface InformerOptions {
  client: KubeClient
  clock: Clock
  /** Collection path, such as /api/v1/pods. */
  path: string
  fieldSelector?: string
  onUpsert?: (object: KubeObject, previous: KubeObject | undefined) => void
  onDelete?: (object: KubeObject) => void
}

export interface Informer {
  /** By namespace/name (name alone for what has no namespace). Objects are shared: never change them. */
  readonly cache: ReadonlyMap<string, KubeObject>
  /** Resolves when the first list is in the cache. */
  readonly synced: Promise<void>
  stop(): void
}

export function objectKey(object: KubeObject): string {
  return object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name
}

/** List, then watch, and list again when the watch ends: the cache follows the server until stopped. */
export function startInformer(options: InformerOptions): Informer {
  const { client, clock, path } = options
  const cache = new Map<string, KubeObject>()
  const stopped = new AbortController()
  const selector = options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }
  let markSynced = () => {}
  const synced = new Promise<void>((resolve) => (markSynced = resolve))

  const upsert = (object: KubeObject) => {
    const key = objectKey(object)
    const previous = cache.get(key)
    if (previous && previous.metadata.uid !== object.metadata.uid) remove(previous)
    else if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && previous) return
    cache.set(key, object)
    options.onUpsert?.(object, previous?.metadata.uid === object.metadata.uid ? previous : undefined)
  }
  const remove = (object: KubeObject) => {
    if (cache.delete(objectKey(object))) options.onDelete?.(object)
  }
  const relist = async (): Promise<string> => {
    const { items, resourceVersion } = await client.list(path, selector)
    const present = new Set(items.map(objectKey))
    for (const [key, object] of [...cache]) if (!present.has(key)) remove(object)
    for (const object of items) upsert(object)
    return resourceVersion
  }
  const follow = async () => {
    while (!stopped.signal.aborted) {
      try {
        const resourceVersion = await relist()
        markSynced()
        for await (const event of client.watch(path, { resourceVersion, ...selector, signal: stopped.signal })) {
          if (stopped.signal.aborted) return
          if (event.type === 'ADDED' || event.type === 'MODIFIED') upsert(event.object)
          else if (event.type === 'DELETED') remove(event.object)
          else if (event.type === 'ERROR') break
        }
      } catch (error) {
        if (stopped.signal.aborted) return
        if (error instanceof KubeApiError && error.code === 410) continue
        if (!(await pauseUnlessAborted(clock, 1000, stopped.signal))) return
      }
    }
  }
  void follow().finally(markSynced)
  return { cache, synced, stop: () => stopped.abort() }
}
