import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { connect, type ConnectOptions } from '../../../helpers/cluster/connect.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'

export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
  headers: IncomingMessage['headers']
}

type Handler = (asked: Asked, response: ServerResponse) => void
type ExecHandler = (socket: WebSocket, query: URLSearchParams) => void

/** A server on loopback that answers what a test tells it to: discovery and /version by itself, the rest by handlers. */
export interface ApiDouble {
  readonly url: string
  readonly asked: Asked[]
  /**
   * The next request of `METHOD path` is answered so (`GET path?watch` a watch, `GET path?name=p` a list of one name); handlers of one request are
   * used up in order, the last one stays.
   */
  on(request: string, ...handlers: Handler[]): void
  onExec(...handlers: ExecHandler[]): void
  /** Answers every exec before it becomes a WebSocket. */
  onUpgrade(handler: (socket: Duplex) => void): void
  /** A file that leads to it, or to another server. */
  kubeconfig(of?: { readonly server?: string; readonly user?: object }): string
  connect(options?: Partial<ConnectOptions>): Promise<Cluster>
  close(): Promise<void>
}

const resources: Record<string, object[]> = {
  '/api/v1': [
    { name: 'pods', kind: 'Pod', namespaced: true },
    { name: 'pods/exec', kind: 'PodExecOptions', namespaced: true },
    { name: 'events', kind: 'Event', namespaced: true },
    { name: 'nodes', kind: 'Node', namespaced: false },
  ],
}

export async function startApiDouble(): Promise<ApiDouble> {
  const handlers = new Map<string, Handler[]>()
  const execs: ExecHandler[] = []
  let upgrade: ((socket: Duplex) => void) | null = null
  const asked: Asked[] = []
  const clusters: Cluster[] = []
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false })

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://double')
      const text = Buffer.concat(chunks).toString()
      const method = request.method ?? ''
      const one = {
        method,
        path: url.pathname,
        query: url.searchParams,
        body: text ? (JSON.parse(text) as unknown) : null,
        headers: request.headers,
      }
      asked.push(one)
      const name = url.searchParams.get('fieldSelector')?.replace(/^metadata\.name=/, '')
      const of = url.searchParams.has('watch') ? '?watch' : name === undefined ? '' : `?name=${name}`
      const key = `${method} ${url.pathname}${of}`
      const known = handlers.get(key)
      const handler = known && known.length > 1 ? known.shift() : known?.[0]
      if (handler) handler(one, response)
      else if (url.pathname === '/version') json(response, { gitVersion: 'v1.34.4' })
      else if (resources[url.pathname]) json(response, { kind: 'APIResourceList', resources: resources[url.pathname] })
      else status(response, 404, 'NotFound', `nothing at ${key}`)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (upgrade) return upgrade(socket)
    const exec = execs.length > 1 ? execs.shift() : execs[0]
    if (!exec) {
      socket.end(
        'HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n' +
          JSON.stringify(statusOf(404, 'NotFound', 'pods "x" not found')),
      )
      return
    }
    webSockets.handleUpgrade(request, socket, head, (ws) =>
      exec(ws, new URL(request.url ?? '/', 'http://double').searchParams),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'))
  let kubeconfigs = 0

  function kubeconfig({
    server: at = url,
    user = { token: 'secret' },
  }: Parameters<ApiDouble['kubeconfig']>[0] = {}): string {
    kubeconfigs += 1
    return writeKubeconfig(path.join(folder, `config-${kubeconfigs}`), at, user)
  }

  const double: ApiDouble = {
    url,
    asked,
    on: (request, ...given) => void handlers.set(request, given),
    onExec: (...given) => void execs.splice(0, execs.length, ...given),
    onUpgrade: (handler) => (upgrade = handler),
    kubeconfig,
    async connect(options = {}) {
      const cluster = await connect({ kubeconfig: kubeconfig(), ...options })
      clusters.push(cluster)
      return cluster
    },
    async close() {
      rmSync(folder, { recursive: true })
      await Promise.all(clusters.map((cluster) => cluster.close()))
      for (const client of webSockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return double
}

function writeKubeconfig(file: string, server: string, user: object): string {
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server } }],
    users: [{ name: 'u', user }],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

export function json(response: ServerResponse, body: unknown, code = 200): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const statusOf = (code: number, reason: string, message: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
})

export function status(response: ServerResponse, code: number, reason: string, message: string): void {
  json(response, statusOf(code, reason, message), code)
}

export const podList = (resourceVersion: string, ...items: object[]): object => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata: { resourceVersion },
  items,
})

export const emptyEvents = { kind: 'EventList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] }

export const podOf = (name: string, resourceVersion: string, phase: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n', uid, resourceVersion },
  status: { phase },
})

/** An open watch: the test sends its events. */
export function openWatch(response: ServerResponse): {
  send(type: string, object: object): void
  end(): void
  cut(): void
} {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  return {
    send: (type, object) => void response.write(`${JSON.stringify({ type, object })}\n`),
    end: () => void response.end(),
    cut: () => void response.destroy(),
  }
}
