import type { Clock } from '../clock.ts'
import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { startInformer, type Informer } from './informer.ts'

export interface Listener {
  upsert?(object: KubeObject, previous: KubeObject | undefined): void
  remove?(object: KubeObject): void
}

/** One watch of a collection for all controllers. */
export interface SharedInformers {
  /** Listeners are added before `start`. */
  listen(path: string, listener: Listener): void
  cache(path: string): ReadonlyMap<string, KubeObject>
  start(): Promise<void>
  stop(): void
}

export function createSharedInformers(client: KubeClient, clock: Clock): SharedInformers {
  const listeners = new Map<string, Listener[]>()
  const informers = new Map<string, Informer>()
  const listen = (path: string, listener: Listener) =>
    void listeners.set(path, [...(listeners.get(path) ?? []), listener])
  return {
    listen,
    cache(path) {
      const informer = informers.get(path)
      if (informer) return informer.cache
      if (!listeners.has(path)) throw new Error(`no controller listens to ${path}`)
      return new Map()
    },
    async start() {
      const served = await Promise.all(
        [...listeners.keys()].map(async (path) => ((await isServed(client, path)) ? path : null)),
      )
      for (const path of served) {
        if (path === null) continue
        const all = listeners.get(path)!
        informers.set(
          path,
          startInformer({
            client,
            clock,
            path,
            onUpsert: (object, previous) => all.forEach((one) => one.upsert?.(object, previous)),
            onDelete: (object) => all.forEach((one) => one.remove?.(object)),
          }),
        )
      }
      await Promise.all([...informers.values()].map((informer) => informer.synced))
    },
    stop() {
      for (const informer of informers.values()) informer.stop()
    },
  }
}

/** An API server need not have every kind. */
async function isServed(client: KubeClient, path: string): Promise<boolean> {
  try {
    await client.list(path)
    return true
  } catch (error) {
    return !(error instanceof KubeApiError && error.code === 404)
  }
}
