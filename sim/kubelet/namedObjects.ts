import type { Clock } from '../clock.ts'
import { startInformer, type Informer } from '../controllers/informer.ts'
import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'

/** ConfigMaps or Secrets that pods of a node use: read when needed, watched one by one while a volume shows them. */
export interface NamedObjects {
  /** null when there is none of that name. */
  get(namespace: string, name: string): Promise<KubeObject | null>
  /** Calls back when the object changes after now; returns how to stop. Watches of one object are shared. */
  follow(namespace: string, name: string, onChange: () => void): () => void
  close(): void
}

export function createNamedObjects(client: KubeClient, clock: Clock, plural: 'configmaps' | 'secrets'): NamedObjects {
  const followed = new Map<string, { informer: Informer; listeners: Set<() => void> }>()
  return {
    async get(namespace, name) {
      try {
        return await client.get(`/api/v1/namespaces/${namespace}/${plural}/${name}`)
      } catch (error) {
        if (error instanceof KubeApiError && error.code === 404) return null
        throw error
      }
    },
    follow(namespace, name, onChange) {
      const key = `${namespace}/${name}`
      const entry = followed.get(key) ?? watchOne(client, clock, plural, namespace, name)
      followed.set(key, entry)
      entry.listeners.add(onChange)
      return () => {
        entry.listeners.delete(onChange)
        if (entry.listeners.size || followed.get(key) !== entry) return
        entry.informer.stop()
        followed.delete(key)
      }
    },
    close() {
      for (const { informer } of followed.values()) informer.stop()
      followed.clear()
    },
  }
}

function watchOne(client: KubeClient, clock: Clock, plural: string, namespace: string, name: string) {
  const listeners = new Set<() => void>()
  const informer = startInformer({
    client,
    clock,
    path: `/api/v1/namespaces/${namespace}/${plural}`,
    fieldSelector: `metadata.name=${name}`,
    onUpsert: (_object, previous) => {
      if (previous) for (const listener of listeners) listener()
    },
  })
  return { informer, listeners }
}
