import type { Readable } from 'node:stream'
import { Agent, type Dispatcher, ProxyAgent, request as send, Socks5ProxyAgent } from 'undici'
import type { KubeConfig } from '@kubernetes/client-node'
import { ApiError, type ApiRequest, errorOfAnswer, errorOfFailure } from './apiError.ts'
import type { CallOptions, Cluster } from './cluster.ts'
import { type Credentials, credentialSource } from './credentials.ts'
import { pause, withDeadline } from './deadline.ts'
import { backOffMs, type Repeatable, whyRepeat } from './repeat.ts'
import { createTroubles, type Troubles } from './troubles.ts'

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  body?: unknown
  contentType?: string
  /** Default: JSON of whatever kind. */
  accept?: string
  /** Default: reads always, everything else only when it was certainly not done. */
  repeatable?: Repeatable
  /** Called before each repeat: the first try may have been done. */
  onRepeat?: () => void
}

export interface Answer {
  code: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
  /** The body as JSON; undefined when it is not JSON. */
  json: unknown
}

/** One call as it went, for logs. */
export interface CallRecord {
  method: string
  path: string
  code: number | null
  error: string | null
  ms: number
}

/** The only way to the API server: a bounded pool of kept-alive connections, deadlines, repeats, counts. */
export interface Transport {
  readonly server: string
  readonly stats: { requests: number; watches: number; retries: Cluster['stats']['retries'][number][] }
  readonly troubles: Troubles
  /** @throws ApiError; the reason of the caller's signal when that aborted */
  call(call: Call, options?: CallOptions): Promise<Answer>
  /**
   * GET of a body that stays open (watch, log -f), on a connection of its own.
   * @param options.silenceMs ends the stream with an error when nothing arrives for so long; 0 for never
   */
  stream(call: Pick<Call, 'path' | 'query'>, options: { signal: AbortSignal; silenceMs: number }): Promise<Readable>
  credentials(): Promise<Credentials>
  /** Notes a repeat that another layer made (exec). */
  noteRetry(request: string, attempt: number, because: string): void
  close(): Promise<void>
}

/** Enough for hundreds of pods in flight; the API server's own limits (APF) count requests, not connections. */
const defaultConnections = 24
const defaultTimeoutMs = 30_000
/** A connection on which nothing comes for so long is given up, when the call may be made again on another one, ms. */
const defaultSilentMs = 10_000

/**
 * @param load the kubeconfig, anew each time: a second load forgets what credential plugins gave
 * @param options.timeoutMs how long a call may take in all, repeats included, unless its caller says otherwise
 */
export function createTransport(
  load: () => KubeConfig,
  options: {
    connections?: number
    timeoutMs?: number
    silentMs?: number
    onCall?: (call: CallRecord) => void
  } = {},
): Transport {
  const config = load()
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('the kubeconfig was not checked: no current cluster')
  const { server } = cluster
  const origin = new URL(server)
  const base = origin.pathname.replace(/\/$/, '')
  const source = credentialSource(load)
  const stats: Transport['stats'] = { requests: 0, watches: 0, retries: [] }
  const troubles = createTroubles()
  const quietMs = (call: Call): number => (repeatableOf(call) === 'always' ? (options.silentMs ?? defaultSilentMs) : 0)
  let pools: { of: Credentials; calls: Dispatcher; streams: Dispatcher } | null = null

  /** Pools for the present certificates: a rotated client certificate needs new connections. */
  function poolsFor(credentials: Credentials): { calls: Dispatcher; streams: Dispatcher } {
    if (pools && sameCertificate(pools.of, credentials)) return pools
    const outdated = pools
    const make = (connections: number | null): Dispatcher => dispatcher(credentials, cluster?.proxyUrl, connections)
    pools = { of: credentials, calls: make(options.connections ?? defaultConnections), streams: make(null) }
    void outdated?.calls.close()
    void outdated?.streams.close()
    return pools
  }

  async function attempt(call: Call, signal: AbortSignal): Promise<Answer> {
    const asked = { method: call.method, path: pathOf(base, call) }
    const began = performance.now()
    const log = (code: number | null, error: string | null): void =>
      options.onCall?.({ ...asked, code, error, ms: performance.now() - began })
    const credentials = await source.get()
    stats.requests++
    try {
      const answer = await send(origin.origin + asked.path, {
        dispatcher: poolsFor(credentials).calls,
        method: call.method,
        headers: headersFor(call, credentials),
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal,
        headersTimeout: quietMs(call),
        bodyTimeout: quietMs(call),
      })
      const text = await answer.body.text()
      log(answer.statusCode, null)
      const { statusCode: code, headers } = answer
      if (code >= 300) throw errorOfAnswer(server, asked, { code, headers, text })
      return { code, headers, text, json: parse(text) }
    } catch (failure) {
      if (failure instanceof ApiError) throw failure
      log(null, String(failure))
      throw errorOfFailure(server, asked, failure)
    }
  }

  async function repeated(call: Call, signal: AbortSignal, failed: (error: unknown) => void): Promise<Answer> {
    let renewed = false
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt(call, signal)
      } catch (error) {
        if (signal.aborted) throw error
        failed(error)
        if (error instanceof ApiError && error.code === 401 && !renewed && source.renew()) {
          renewed = true
          noteRetry(`${call.method} ${call.path}`, attempts, '401: credentials asked anew')
          continue
        }
        const because = whyRepeat(error, repeatableOf(call))
        if (because === null) throw error
        await pause(backOffMs(attempts, error), signal)
        noteRetry(`${call.method} ${call.path}`, attempts, because)
        call.onRepeat?.()
      }
    }
  }

  function noteRetry(request: string, attempt: number, because: string): void {
    stats.retries.push({ at: new Date().toISOString(), request, attempt, because })
  }

  return {
    server,
    stats,
    troubles,
    noteRetry,
    credentials: () => source.get(),
    call(call, { signal, timeoutMs = options.timeoutMs ?? defaultTimeoutMs } = {}) {
      let lastError: unknown
      let answered: (() => void) | null = null
      const late = (): Error =>
        lateError(server, { method: call.method, path: pathOf(base, call) }, timeoutMs, lastError)
      return withDeadline({ signal, timeoutMs, late }, (until) =>
        repeated(call, until, (error) => {
          lastError = error
          answered ??= troubles.begin(`${call.method} ${call.path}`)
        }),
      ).finally(() => answered?.())
    },
    async stream(call, { signal, silenceMs }) {
      const asked = { method: 'GET', path: pathOf(base, call) }
      const credentials = await source.get()
      stats.requests++
      try {
        const answer = await send(origin.origin + asked.path, {
          dispatcher: poolsFor(credentials).streams,
          method: 'GET',
          headers: { ...credentials.headers, accept: 'application/json, */*' },
          signal,
          headersTimeout: defaultTimeoutMs,
          bodyTimeout: silenceMs,
        })
        if (answer.statusCode < 300) return answer.body
        const text = await answer.body.text()
        if (answer.statusCode === 401) source.renew()
        throw errorOfAnswer(server, asked, { code: answer.statusCode, headers: answer.headers, text })
      } catch (failure) {
        if (signal.aborted) throw signal.reason
        throw failure instanceof ApiError ? failure : errorOfFailure(server, asked, failure)
      }
    },
    async close() {
      const ending = pools
      pools = null
      await Promise.all([ending?.calls.destroy(), ending?.streams.destroy()])
    },
  }
}

const repeatableOf = ({ method, repeatable }: Call): Repeatable =>
  repeatable ?? (method === 'GET' ? 'always' : 'when-not-done')

function dispatcher(credentials: Credentials, proxyUrl: string | undefined, connections: number | null): Dispatcher {
  // 30 s of TCP keep-alive, as client-go: load balancers drop idle connections after 60 s.
  const connect = { ...credentials.tls, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 }
  const limits = { connections, keepAliveTimeout: 30_000, pipelining: 1 }
  if (!proxyUrl) return new Agent({ ...limits, connect })
  if (proxyUrl.startsWith('socks')) {
    // requestTls is read (undici 7.30.2, lib/dispatcher/socks5-proxy-agent.js) and missing in the types.
    const socks = { ...limits, requestTls: connect } as ConstructorParameters<typeof Socks5ProxyAgent>[1]
    return new Socks5ProxyAgent(proxyUrl, socks)
  }
  return new ProxyAgent({ ...limits, uri: proxyUrl, requestTls: connect, connect: { timeout: 10_000 } })
}

const sameCertificate = (one: Credentials, other: Credentials): boolean =>
  one === other || (String(one.tls.cert) === String(other.tls.cert) && String(one.tls.ca) === String(other.tls.ca))

export function pathOf(base: string, call: Pick<Call, 'path' | 'query'>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, String(value))
  const text = query.toString()
  return base + call.path + (text ? `${call.path.includes('?') ? '&' : '?'}${text}` : '')
}

function headersFor(call: Call, credentials: Credentials): Record<string, string | string[]> {
  const accept = call.accept ?? 'application/json, */*'
  const headers: Record<string, string | string[]> = { ...credentials.headers, accept }
  if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json'
  headers['user-agent'] = 'kata-conformance'
  return headers
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const lateError = (server: string, request: ApiRequest, timeoutMs: number, last: unknown): ApiError =>
  new ApiError(
    `no answer from ${server} to ${request.method} ${request.path.split('?')[0]} within ${timeoutMs} ms` +
      (last instanceof Error ? `; last: ${last.message}` : ''),
    { code: 0, reason: 'Timeout', request, cause: last },
  )
