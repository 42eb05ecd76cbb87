import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { credentialSource } from '../../helpers/cluster/credentials.ts'
import { loadKubeConfig } from '../../helpers/cluster/kubeconfig.ts'

export interface Reply {
  readonly status: number
  readonly body: object
}

/** What stands between the suite and the API server does with one kind of request. */
export interface Intercept {
  readonly method: string
  /** Of the path, without query. */
  readonly path: RegExp
  /** @param forward asks the API server; may be left out */
  answer(request: { readonly path: string; readonly body: unknown }, forward: () => Promise<Reply>): Promise<Reply>
}

export interface ApiProxy {
  /** A kubeconfig for the proxy: who asks it is who its own kubeconfig says. */
  readonly kubeconfig: string
  close(): Promise<void>
}

/**
 * An API server as it is behind a webhook, an extension or a tenant controller that misbehaves: the rest goes through untouched, streams too.
 * @param refused by path and query, whether a command is not let into its container
 */
export async function startProxy(
  kubeconfig: string,
  intercepts: readonly Intercept[],
  refused: (url: string) => boolean = () => false,
): Promise<ApiProxy> {
  const config = loadKubeConfig({ kubeconfig })
  const upstream = new URL(config.getCurrentCluster()!.server)
  const { tls: secrets, headers: identity } = await credentialSource(() => config).get()
  const secure = upstream.protocol === 'https:'
  const base = upstream.pathname.replace(/\/$/, '')
  const sockets = new Set<Socket>()

  const ask = (request: IncomingMessage): http.ClientRequest =>
    (secure ? https : http).request(upstream.origin + base + request.url, {
      method: request.method ?? 'GET',
      headers: { ...request.headers, ...identity, host: upstream.host },
      ...(secure ? secrets : {}),
      agent: false,
    })
  const server = http.createServer((request, response) => {
    const [asked = ''] = (request.url ?? '').split('?')
    const intercept = intercepts.find((one) => one.method === request.method && one.path.test(asked))
    const fail = () => void response.destroy()
    if (!intercept) return pipe(request, response, ask(request)).on('error', fail)
    bytesOf(request)
      .then((bytes) =>
        intercept.answer({ path: asked, body: bytes.length > 0 ? JSON.parse(bytes.toString()) : null }, () =>
          whole(ask(request), bytes),
        ),
      )
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }, fail)
  })
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    if (refused(request.url ?? '')) return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    const there = secure
      ? tls.connect({ host: upstream.hostname, port: Number(upstream.port), ...secrets })
      : net.connect({ host: upstream.hostname, port: Number(upstream.port) })
    const lines = Object.entries({ ...request.headers, ...identity, host: upstream.host })
    there.write(
      `${request.method} ${base}${request.url} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')}\r\n`,
    )
    if (head.length > 0) there.write(head)
    there.pipe(socket).pipe(there)
    for (const one of [there, socket]) {
      sockets.add(one)
      one.on('error', () => one.destroy()).on('close', () => sockets.delete(one))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-proxy-'))
  const file = path.join(folder, 'kubeconfig')
  writeFileSync(file, JSON.stringify(kubeconfigFor((server.address() as AddressInfo).port)))
  return {
    kubeconfig: file,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

const kubeconfigFor = (port: number): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'behind', cluster: { server: `http://127.0.0.1:${port}` } }],
  users: [{ name: 'behind', user: {} }],
  contexts: [{ name: 'behind', context: { cluster: 'behind', user: 'behind' } }],
  'current-context': 'behind',
})

function pipe(request: IncomingMessage, response: ServerResponse, asked: http.ClientRequest): http.ClientRequest {
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers))
    answer.pipe(response)
    response.on('close', () => answer.destroy())
  })
  response.on('close', () => asked.destroy())
  request.pipe(asked)
  return asked
}

const withoutConnection = ({ connection: _, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders => headers

const whole = (asked: http.ClientRequest, body: Buffer): Promise<Reply> =>
  new Promise((resolve, reject) => {
    asked.on('error', reject)
    asked.on('response', (answer) => {
      bytesOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 502, body: JSON.parse(bytes.toString()) as object }),
        reject,
      )
    })
    asked.end(body)
  })

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
