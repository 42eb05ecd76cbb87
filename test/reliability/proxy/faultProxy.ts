import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { dump } from 'js-yaml'
import type { Random } from '../random.ts'
import { certificate, privateKey } from './certificate.ts'
import { forward } from './forward.ts'
import { openWatches } from './openWatches.ts'
import { type RequestKind, requestKind } from './requestKind.ts'
import type { Act, Rule } from './rule.ts'
import { tunnel } from './tunnel.ts'
import type { Upstream } from './upstream.ts'

/** A loopback proxy between the suite and an API server, which hands everything on until it is told to disturb. */
export interface FaultProxy {
  /** For the suite: the same cluster, by way of the proxy. */
  readonly kubeconfig: string
  /** Requests so far. */
  readonly requests: number
  /** Requests, watches and execs that were disturbed so far. */
  readonly hits: number
  /** Called at each request with their number so far, before it is handed on. */
  onRequest(listener: (count: number, kind: RequestKind, path: string) => void): void
  /** Disturbs what the rule says for so long. */
  disturb(rule: Rule, durationMs: number): void
  /** Nobody listens any more, and what is open is reset: an API server that was killed. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

/** @param random decides which of the requests are hit */
export async function startFaultProxy(upstream: Upstream, random: Random): Promise<FaultProxy> {
  const listeners: Parameters<FaultProxy['onRequest']>[0][] = []
  const watches = openWatches()
  const sockets = new Map<number, Socket>()
  let rule: Rule | null = null
  let over: NodeJS.Timeout | undefined
  let requests = 0
  let hits = 0

  const isHit = (): boolean => {
    if (rule === null || random.next() >= rule.share) return false
    hits += 1
    return true
  }
  const actOn = (kind: RequestKind): Act | null => (rule?.kinds.includes(kind) && isHit() ? rule.act : null)
  const resetOf = (socket: Socket | Duplex) => (): void => {
    const raw = sockets.get((socket as Socket).remotePort ?? -1)
    raw?.resetAndDestroy()
  }
  function seen(request: IncomingMessage): RequestKind {
    const path = request.url ?? '/'
    const kind = requestKind(request.method ?? 'GET', path.slice(upstream.url.pathname.replace(/\/$/, '').length))
    requests += 1
    for (const listener of listeners) listener(requests, kind, path)
    return kind
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const kind = seen(request)
    const chunks: Buffer[] = []
    response.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const exchange = { request, response, body, isWatch: kind === 'watch', reset: resetOf(request.socket) }
      const act = actOn(kind)
      forward(upstream, watches, exchange, act)
      // A watch that is opened while watches are disturbed has a moment to live.
      if (act !== null && 'how' in act && act.type === 'cut-watch')
        setTimeout(() => watches.disturb(act, () => true), random.between(0, 300))
    })
  }
  const secure = upstream.url.protocol === 'https:'
  const server = secure ? createTlsServer({ cert: certificate, key: privateKey }, onRequest) : createServer(onRequest)
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? -1
    sockets.set(port, socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(port))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const kind = seen(request)
    tunnel(upstream, { request, socket, head, reset: resetOf(request.socket) }, actOn(kind))
  })
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', reject)
        resolve()
      })
    })
  const goAway = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets.values()) socket.resetAndDestroy()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo

  return {
    kubeconfig: kubeconfigFor(upstream, port),
    get requests() {
      return requests
    },
    get hits() {
      return hits
    },
    onRequest: (listener) => void listeners.push(listener),
    disturb(next, durationMs) {
      rule = next
      const { act } = next
      if (
        act.type === 'cut-watch' ||
        act.type === 'stall-watch' ||
        (act.type === 'expire-watch' && act.how === 'event')
      )
        watches.disturb(act, isHit)
      clearTimeout(over)
      over = setTimeout(() => {
        rule = null
        watches.goOn()
      }, durationMs)
    },
    goAway,
    comeBack: () => listen(port),
    async close() {
      clearTimeout(over)
      await goAway()
      upstream.close()
    },
  }
}

/** Who the suite is, the proxy says for it; where the server is HTTP only, the suite says it by itself. */
function kubeconfigFor(upstream: Upstream, port: number): string {
  const { protocol, pathname } = upstream.url
  const token = upstream.headers['authorization']?.replace(/^Bearer /, '')
  const trusted =
    protocol === 'https:'
      ? { 'certificate-authority-data': Buffer.from(certificate).toString('base64') }
      : { 'insecure-skip-tls-verify': true }
  const path = pathname === '/' ? '' : pathname
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'disturbed',
    clusters: [{ name: 'disturbed', cluster: { server: `${protocol}//127.0.0.1:${port}${path}`, ...trusted } }],
    users: [{ name: 'suite', user: { token: token ?? 'the-proxy-has-the-credentials' } }],
    contexts: [{ name: 'disturbed', context: { cluster: 'disturbed', user: 'suite' } }],
  })
}
