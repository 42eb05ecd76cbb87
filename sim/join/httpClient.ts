import { Agent, request, type Dispatcher } from 'undici'
import { createClock } from '../clock.ts'
import { KubeApiError, type KubeClient, type WatchEvent } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { ClusterAccess } from './clusterAccess.ts'

/** A KubeClient over HTTP, on a real API server. */
export interface HttpClient extends KubeClient {
  /** The same, as somebody else: needs the right to impersonate. */
  impersonate(user: string, groups: readonly string[]): HttpClient
  close(): Promise<void>
}

/** Calls at once: kubelets of a thousand nodes share them. */
const CONNECTIONS = 64
const TIMEOUT_MS = 30_000
/** A watch is ended by the server after so many seconds (client-go's reflectors: 5 to 10 minutes). */
const WATCH_SECONDS = [300, 600] as const
/** Waits before a call is made again: an API server that restarts is back by then. */
const RETRY_MS = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]

const realTime = createClock(1)

interface Call {
  method: Dispatcher.HttpMethod
  path: string
  query?: Record<string, string | undefined>
  body?: unknown
  contentType?: string
}

/** Requests are repeated where the server is away or asks for patience. */
export async function createHttpClient(access: ClusterAccess): Promise<HttpClient> {
  const { tls } = await access.credentials()
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 }
  const calls = new Agent({ connect, connections: CONNECTIONS, pipelining: 1, keepAliveTimeout: 30_000 })
  const watches = new Agent({ connect, pipelining: 1 })
  const client = clientAs(access, calls, watches, {})
  return { ...client, close: async () => void (await Promise.all([calls.destroy(), watches.destroy()])) }
}

function clientAs(
  access: ClusterAccess,
  calls: Agent,
  watches: Agent,
  identity: Record<string, string | string[]>,
): HttpClient {
  const send = async (call: Call, options: Partial<Dispatcher.RequestOptions> & { dispatcher: Agent }) => {
    const { headers } = await access.credentials()
    return request(urlOf(access.server, call), {
      method: call.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'kata-conformance-sim',
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...headers,
        ...identity,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      ...options,
    })
  }
  const once = async (call: Call): Promise<unknown> => {
    const answer = await send(call, {
      dispatcher: calls,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw errorOf(answer.statusCode, text)
    return JSON.parse(text)
  }
  const ask = async (call: Call): Promise<unknown> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once(call)
      } catch (error) {
        const wait = RETRY_MS[attempt]
        if (wait === undefined || !isPassing(error)) throw error
        await realTime.sleep(wait)
      }
    }
  }
  const object = (call: Call) => ask(call) as Promise<KubeObject>
  return {
    get: (path) => object({ method: 'GET', path }),
    async list(path, query = {}) {
      const { items, metadata, kind, apiVersion } = (await ask({
        method: 'GET',
        path,
        query: { ...query },
      })) as ListBody
      // items of a list carry neither kind nor version
      const itemKind = kind.replace(/List$/, '')
      return {
        items: items.map((item) => ({ ...item, kind: itemKind, apiVersion })),
        resourceVersion: metadata.resourceVersion,
      }
    },
    create: (path, body) => object({ method: 'POST', path, body }),
    update: (path, body) => object({ method: 'PUT', path, body }),
    patch: (path, body, contentType = 'application/merge-patch+json') =>
      object({ method: 'PATCH', path, body, contentType }),
    async delete(path, { uid, ...options } = {}) {
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...options,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      }
      await ask({ method: 'DELETE', path, body })
    },
    async *watch(path, { resourceVersion, fieldSelector, signal }) {
      const [least, most] = WATCH_SECONDS
      const timeoutSeconds = String(Math.round(least + Math.random() * (most - least)))
      const query = { watch: 'true', resourceVersion, fieldSelector, timeoutSeconds }
      try {
        const answer = await send(
          { method: 'GET', path, query },
          { dispatcher: watches, signal, headersTimeout: TIMEOUT_MS, bodyTimeout: 0 },
        )
        if (answer.statusCode >= 400) throw errorOf(answer.statusCode, await answer.body.text())
        for await (const event of eventsOf(answer.body)) {
          if (event.type === 'ERROR') {
            const status = event.object as unknown as Status
            throw new KubeApiError(status.code ?? 500, status.reason ?? '', status.message ?? 'the watch failed')
          }
          yield event
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    impersonate: (user, groups) =>
      clientAs(access, calls, watches, { 'impersonate-user': user, 'impersonate-group': [...groups] }),
    close: async () => {},
  }
}

interface ListBody {
  kind: string
  apiVersion: string
  metadata: { resourceVersion: string }
  items: KubeObject[]
}

interface Status {
  code?: number
  reason?: string
  message?: string
}

function urlOf(server: string, { path, query = {} }: Call): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value)
  return `${server.replace(/\/$/, '')}${path}${search.size > 0 ? `?${search.toString()}` : ''}`
}

function errorOf(code: number, text: string): KubeApiError {
  try {
    const { reason, message } = JSON.parse(text) as Status
    return new KubeApiError(code, reason ?? '', message ?? text)
  } catch {
    return new KubeApiError(code, '', text.trim() || `HTTP status ${code}`)
  }
}

/** Too many requests, or a server or connection that is away. What was done by the first try answers with a conflict, which callers know. */
function isPassing(error: unknown): boolean {
  return error instanceof KubeApiError ? [429, 502, 503, 504].includes(error.code) : !(error instanceof SyntaxError)
}

async function* eventsOf(body: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent
  }
}
