import type { KubeClient } from './kubeClient.ts'

/** A node's way to the API server. It can be cut, as when its kubelet, its machine or its network dies, and mended. */
export interface NodeConnection {
  readonly client: KubeClient
  cut(): void
  mend(): void
}

/** @param client of the node while it is connected; cut, each call fails and each watch ends as if the server were not to be reached */
export function createNodeConnection(client: KubeClient): NodeConnection {
  let severed = new AbortController()
  const whole = async <T>(call: () => Promise<T>): Promise<T> => {
    const { signal } = severed
    signal.throwIfAborted()
    const result = await call()
    // The answer to a request of a machine that is gone reaches nobody.
    signal.throwIfAborted()
    return result
  }
  return {
    client: {
      get: (path) => whole(() => client.get(path)),
      list: (path, query) => whole(() => client.list(path, query)),
      create: (path, object) => whole(() => client.create(path, object)),
      update: (path, object) => whole(() => client.update(path, object)),
      patch: (path, patch, contentType) => whole(() => client.patch(path, patch, contentType)),
      delete: (path, options) => whole(() => client.delete(path, options)),
      async *watch(path, options) {
        severed.signal.throwIfAborted()
        yield* client.watch(path, { ...options, signal: AbortSignal.any([options.signal, severed.signal]) })
        severed.signal.throwIfAborted()
      },
    },
    cut: () => severed.abort(new Error('dial tcp: connect: no route to host')),
    mend: () => (severed = new AbortController()),
  }
}
