import { ApiError, errorOfFailure } from './apiError.ts'
import type { Cluster } from './cluster.ts'
import { linesOf } from './lines.ts'
import type { Transport } from './transport.ts'

/** Logs read at once, and followed line by line over a connection of its own. */
export function createLogs(transport: Transport): Pick<Cluster, 'logs' | 'followLogs'> {
  const pathOf = (pod: { namespace: string; name: string }): string =>
    `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/log`

  return {
    async logs(pod, options = {}) {
      const query = { container: options.container, previous: options.previous, tailLines: options.tailLines }
      return (await transport.call({ method: 'GET', path: pathOf(pod), query }, options)).text
    },

    /** Ends when the container ends, and quietly when the signal aborts; throws ApiError when the connection breaks. */
    async *followLogs(pod, options) {
      const ending = new AbortController()
      const abort = (): void => ending.abort(options.signal?.reason)
      if (options.signal?.aborted) return
      options.signal?.addEventListener('abort', abort, { once: true })
      const deadline = options.timeoutMs === undefined ? undefined : setTimeout(() => ending.abort(), options.timeoutMs)
      try {
        const query = { follow: true, container: options.container }
        const body = await transport.stream({ path: pathOf(pod), query }, { signal: ending.signal, silenceMs: 0 })
        body.on('error', () => undefined)
        yield* linesOf(body)
      } catch (error) {
        if (ending.signal.aborted) return
        const request = { method: 'GET', path: pathOf(pod) }
        throw error instanceof ApiError ? error : errorOfFailure(transport.server, request, error)
      } finally {
        clearTimeout(deadline)
        options.signal?.removeEventListener('abort', abort)
        // A reader that leaves its loop early must not leave the connection open.
        ending.abort()
      }
    },
  }
}
