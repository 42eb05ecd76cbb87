import { EventEmitter } from 'node:events'
import { KubeApiError, type KubeClient, type WatchEvent } from '../../../sim/kubeClient.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { specOf, statusOf } from './seen.ts'

/** As much of a Kubernetes API as a kubelet's test needs: objects by path, watches, graceful deletion of pods. */
export interface MemoryApi extends KubeClient {
  readonly objects: ReadonlyMap<string, KubeObject>
  /** Every change, in order. */
  readonly history: readonly WatchEvent[]
  /** Requests that wrote, by what they did: `PATCH /api/v1/...`. */
  readonly writes: readonly string[]
  /** Resolves with the first object, present or future, that the predicate takes. */
  until(collection: string, predicate: (object: KubeObject) => boolean, what: string): Promise<KubeObject>
  /** Resolves when the object is gone. */
  untilGone(path: string): Promise<void>
}

export function createMemoryApi(): MemoryApi {
  const objects = new Map<string, KubeObject>()
  const history: WatchEvent[] = []
  const writes: string[] = []
  const changes = new EventEmitter().setMaxListeners(0)
  let version = 0
  let serial = 0

  const tell = (type: WatchEvent['type'], path: string, object: KubeObject) => {
    history.push({ type, object })
    changes.emit('change', { type, path, object })
  }
  const store = (path: string, object: KubeObject): KubeObject => {
    const known = objects.get(path)
    version += 1
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    objects.set(path, stored)
    tell(known ? 'MODIFIED' : 'ADDED', path, stored)
    return structuredClone(stored)
  }
  const drop = (path: string) => {
    const object = objects.get(path)
    if (!object) return
    objects.delete(path)
    tell('DELETED', path, object)
  }
  const find = (path: string): KubeObject => {
    const object = objects.get(path)
    if (!object) throw new KubeApiError(404, 'NotFound', `${path} not found`)
    return object
  }
  const inside = (collection: string, path: string) => {
    const allOf = /^(.*\/v1)\/([a-z]+)$/.exec(collection)
    const parent = path.slice(0, path.lastIndexOf('/'))
    return (
      parent === collection ||
      (allOf !== null && parent.startsWith(`${allOf[1]}/namespaces/`) && parent.endsWith(`/${allOf[2]}`))
    )
  }
  const selected = (object: KubeObject, fieldSelector: string | undefined) =>
    (fieldSelector ?? '')
      .split(',')
      .filter(Boolean)
      .every((term) => {
        const [field, value] = term.split('=') as [string, string]
        return (
          field
            .split('.')
            .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], object) === value
        )
      })

  const api: MemoryApi = {
    objects,
    history,
    writes,
    get: async (path) => structuredClone(find(path)),
    list: async (path, query) => ({
      items: [...objects]
        .filter(([key, object]) => inside(path, key) && selected(object, query?.fieldSelector))
        .map(([, object]) => object),
      resourceVersion: String(version),
    }),
    async create(path, object) {
      writes.push(`POST ${path}`)
      if (path.endsWith('/token')) return { ...object, status: { token: 'a-token' } }
      if (path.endsWith('/binding')) {
        const pod = find(path.replace(/\/binding$/, ''))
        const bound = {
          ...pod,
          spec: { ...specOf(pod), nodeName: (object['target'] as { name: string }).name },
          status: {
            ...statusOf(pod),
            conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: new Date().toISOString() }],
          },
        }
        store(path.replace(/\/binding$/, ''), bound)
        return object
      }
      const key = `${path}/${object.metadata.name}`
      if (objects.has(key)) throw new KubeApiError(409, 'AlreadyExists', `${key} already exists`)
      serial += 1
      const status = object.kind === 'Pod' ? { status: { phase: 'Pending', ...statusOf(object) } } : {}
      return store(key, {
        ...structuredClone(object),
        ...status,
        metadata: {
          ...object.metadata,
          uid: object.metadata.uid ?? `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
          generation: 1,
        },
      })
    },
    async update(path, object) {
      writes.push(`PUT ${path}`)
      find(path)
      return store(path, object)
    },
    async patch(path, patch) {
      writes.push(`PATCH ${path}`)
      const key = path.replace(/\/status$/, '')
      return store(key, merge(find(key), patch) as KubeObject)
    },
    async delete(path, options) {
      writes.push(`DELETE ${path}`)
      const object = find(path)
      const grace =
        options?.gracePeriodSeconds ??
        (object.kind === 'Pod' ? (specOf(object).terminationGracePeriodSeconds ?? 30) : 0)
      const over = ['Succeeded', 'Failed'].includes(statusOf(object).phase ?? '') || !specOf(object).nodeName
      if (object.kind !== 'Pod' || grace === 0 || over) return drop(path)
      store(path, {
        ...object,
        metadata: {
          ...object.metadata,
          generation: 2,
          deletionTimestamp: new Date().toISOString(),
          deletionGracePeriodSeconds: grace,
        },
      })
    },
    async *watch(path, { resourceVersion, fieldSelector, signal }) {
      const queue: WatchEvent[] = []
      let resume: () => void = () => {}
      const onChange = ({
        type,
        path: changed,
        object,
      }: {
        type: WatchEvent['type']
        path: string
        object: KubeObject
      }) => {
        if (
          !inside(path, changed) ||
          !selected(object, fieldSelector) ||
          Number(object.metadata.resourceVersion) < Number(resourceVersion)
        )
          return
        queue.push({ type, object })
        resume()
      }
      changes.on('change', onChange)
      signal.addEventListener('abort', () => resume())
      try {
        while (!signal.aborted) {
          while (queue.length) yield queue.shift()!
          await new Promise<void>((resolve) => {
            resume = resolve
            if (queue.length || signal.aborted) resolve()
          })
        }
      } finally {
        changes.off('change', onChange)
      }
    },
    until: (collection, predicate, what) =>
      new Promise((resolve, reject) => {
        const present = [...objects].find(([path, object]) => inside(collection, path) && predicate(object))
        if (present) return resolve(present[1])
        const deadline = setTimeout(() => {
          changes.off('change', onChange)
          reject(
            new Error(
              `${what} did not come; last: ${JSON.stringify([...objects].filter(([path]) => inside(collection, path)).map(([, object]) => statusOf(object)))}`,
            ),
          )
        }, 5000)
        const onChange = ({ path, object }: { path: string; object: KubeObject }) => {
          if (!inside(collection, path) || !predicate(object)) return
          clearTimeout(deadline)
          changes.off('change', onChange)
          resolve(object)
        }
        changes.on('change', onChange)
      }),
    untilGone: (path) =>
      new Promise((resolve) => {
        if (!objects.has(path)) return resolve()
        const onChange = () => {
          if (objects.has(path)) return
          changes.off('change', onChange)
          resolve()
        }
        changes.on('change', onChange)
      }),
  }
  return api
}

function merge(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return structuredClone(patch)
  const result: Record<string, unknown> =
    target && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merge(result[key], value)
  }
  return result
}
