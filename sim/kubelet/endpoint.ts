import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Clock } from '../clock.ts'
import type { KubeObject } from '../kubeObject.ts'
import { serveContainerLogs } from './containerLogs.ts'
import type { ContainerRecord } from './containerRecord.ts'
import type { ContainerRuntime } from './containerRuntime.ts'
import { PROTOCOLS, serveStreams, type StreamRequest } from './remoteCommand.ts'

/** What the endpoint needs of a pod. */
export interface ServedPod {
  readonly nodeName: string
  pod(): KubeObject
  readonly records: readonly ContainerRecord[]
  readonly runtime: ContainerRuntime
  readonly clock: Clock
}

export interface KubeletEndpoint {
  readonly address: string
  readonly port: number
  /** @param key namespace/name */
  publish(key: string, pod: ServedPod): void
  withdraw(key: string, uid: string): void
  /** Takes a connection that another server of this process has accepted, with a request for an upgrade. False when the node is silent. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** The kubelet of the node no longer answers; what it streams ends without a word. */
  silence(nodeName: string): void
  speak(nodeName: string): void
  close(): Promise<void>
}

/** An answer that is not the asked one. */
export class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
  }
}

/**
 * The kubelet's HTTP API for any number of kubelets of this process: exec, attach and logs by namespace, pod and container.
 * @param options.tls serves HTTPS, as a real API server expects it of kubelets
 */
export async function startKubeletEndpoint(
  options: { address?: string; port?: number; tls?: { key: string; cert: string } } = {},
): Promise<KubeletEndpoint> {
  const address = options.address ?? '127.0.0.1'
  const pods = new Map<string, ServedPod>()
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  })
  const silent = new Set<string>()
  const streams = new Map<Duplex, string>()
  /** True when the node of the pod that is asked for is silent. */
  const unanswered = (request: IncomingMessage, socket: Duplex): boolean => {
    const nodeName = podOf(pods, request)?.nodeName
    if (nodeName === undefined) return false
    if (silent.has(nodeName)) return true
    const isNew = !streams.has(socket)
    streams.set(socket, nodeName)
    if (isNew) socket.once('close', () => streams.delete(socket))
    return false
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    try {
      if (unanswered(request, request.socket)) return void request.socket.destroy()
      answer(pods, request, response)
    } catch (error) {
      refuse(response, error as Error)
    }
  }
  const server = options.tls ? createHttpsServer(options.tls, onRequest) : createHttpServer(onRequest)
  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (unanswered(request, socket)) return false
    socket.on('error', () => socket.destroy())
    try {
      const asked = streamRequest(pods, request)
      sockets.handleUpgrade(request, socket, head, (webSocket) => serveStreams(webSocket, asked))
    } catch (error) {
      refuseUpgrade(socket, error as Error)
    }
    return true
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!accept(request, socket, head)) socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, address, resolve)
  })
  return {
    address,
    port: (server.address() as AddressInfo).port,
    accept,
    publish: (key, pod) => void pods.set(key, pod),
    withdraw: (key, uid) => {
      if (pods.get(key)?.pod().metadata.uid === uid) pods.delete(key)
    },
    silence(nodeName) {
      silent.add(nodeName)
      for (const [socket, node] of streams) if (node === nodeName) socket.destroy()
    },
    speak: (nodeName) => void silent.delete(nodeName),
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(pods: Map<string, ServedPod>, request: IncomingMessage, response: ServerResponse): void {
  const { verb, target, query } = parse(pods, request)
  if (verb === 'healthz') return void response.end('ok')
  if (verb === 'containerLogs') return serveContainerLogs(target(), query, response)
  if (['exec', 'attach', 'portForward'].includes(verb))
    throw new HttpError(400, `you must use a WebSocket (${PROTOCOLS.join(', ')}) for ${verb}`)
  throw new HttpError(404, '404 page not found')
}

function streamRequest(pods: Map<string, ServedPod>, request: IncomingMessage): StreamRequest {
  const { verb, target, query } = parse(pods, request)
  if (verb === 'portForward') throw new HttpError(501, 'port forwarding is not implemented by this kubelet')
  if (verb !== 'exec' && verb !== 'attach') throw new HttpError(404, '404 page not found')
  const upgrade = request.headers.upgrade?.toLowerCase()
  if (upgrade !== 'websocket')
    throw new HttpError(400, `unable to upgrade: ${upgrade} is not supported, use a WebSocket`)
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  if (!PROTOCOLS.some((protocol) => offered.includes(protocol)))
    throw new HttpError(
      400,
      `unable to negotiate a protocol: client offers [${offered.join(' ')}], server has [${PROTOCOLS.join(' ')}]`,
    )
  const { pod, record } = target()
  if (record.state.kind !== 'running' || !record.id)
    throw new HttpError(500, `unable to upgrade connection: container not found ("${record.spec.name}")`)
  const on = (...names: string[]) => names.some((name) => ['true', '1'].includes(query.get(name) ?? ''))
  return {
    kind: verb,
    runtime: pod.runtime,
    containerId: record.id,
    argv: query.getAll('command'),
    stdin: on('stdin', 'input'),
    stdout: on('stdout', 'output'),
    stderr: on('stderr', 'error'),
    tty: on('tty'),
  }
}

export interface Target {
  pod: ServedPod
  record: ContainerRecord
}

/** /VERB/NAMESPACE/POD[/UID]/CONTAINER?query */
function parse(
  pods: Map<string, ServedPod>,
  request: IncomingMessage,
): { verb: string; target: () => Target; query: URLSearchParams } {
  const url = new URL(request.url ?? '/', 'http://kubelet')
  const [verb = '', namespace = '', name = '', ...rest] = url.pathname.split('/').slice(1).map(decodeURIComponent)
  const target = (): Target => {
    const pod = pods.get(`${namespace}/${name}`)
    if (!pod) throw new HttpError(404, `pod "${name}" not found in namespace "${namespace}"`)
    const container = rest.at(-1)
    const record = pod.records.find((one) => one.spec.name === container)
    if (!record)
      throw new HttpError(
        verb === 'containerLogs' ? 404 : 500,
        verb === 'containerLogs'
          ? `container "${container}" in pod "${name}" is not available`
          : `unable to upgrade connection: container not found ("${container}")`,
      )
    return { pod, record }
  }
  return { verb, target, query: url.searchParams }
}

function podOf(pods: Map<string, ServedPod>, request: IncomingMessage): ServedPod | undefined {
  const [, , namespace = '', name = ''] = new URL(request.url ?? '/', 'http://kubelet').pathname
    .split('/')
    .map(decodeURIComponent)
  return pods.get(`${namespace}/${name}`)
}

function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(error instanceof HttpError ? error.status : 500, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(error.message)
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

function refuseUpgrade(socket: Duplex, error: Error): void {
  const status = error instanceof HttpError ? error.status : 500
  const body = Buffer.from(error.message)
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body.toString()}`,
  )
}
