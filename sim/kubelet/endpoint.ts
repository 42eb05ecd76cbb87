import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Clock } from '../clock.ts'
import type { KubeObject } from '../kubeObject.ts'
import { serveContainerLogs } from './containerLogs.ts'
import { createSilentNodes, type SilentNodes } from './silentNodes.ts'
import type { ContainerRecord } from './containerRecord.ts'
import type { ContainerRuntime } from './containerRuntime.ts'
import { HttpError } from './httpError.ts'
import { podList, statsSummary } from './nodeReports.ts'
import { FORWARD_PROTOCOLS, type ForwardRequest, portsOf, serveForwards } from './portForward.ts'
import type { StreamRequest } from './remoteCommand.ts'
import { serveCommandOverSpdy } from './spdyStreams.ts'
import { serveForwardsOverSpdy } from './spdyForwards.ts'
import { PROTOCOLS, serveWebSocket } from './webSocketStreams.ts'

/** What the endpoint needs of a pod. */
export interface ServedPod {
  readonly nodeName: string
  pod(): KubeObject
  readonly records: readonly ContainerRecord[]
  readonly runtime: ContainerRuntime
  readonly clock: Clock
  /** null before the pod has a sandbox. */
  sandboxId(): string | null
}

export interface KubeletEndpoint {
  readonly address: string
  readonly port: number
  /** @param key namespace/name */
  publish(key: string, pod: ServedPod): void
  withdraw(key: string, uid: string): void
  /** Takes a connection that another server of this process has accepted, with a request for an upgrade. False when the node is silent. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** A further port, of one node alone: what is asked there concerns that node. @param port 0 lets the system choose */
  openPort(node: string, port: number): Promise<number>
  /** Whose kubelets no longer answer. */
  readonly nodes: Pick<SilentNodes, 'silence' | 'speak'>
  close(): Promise<void>
}

export interface EndpointOptions {
  address?: string
  port?: number
  /** Serves HTTPS, as a real API server expects it of kubelets, to clients with a certificate of `clientCa`. */
  tls?: { key: string; cert: string; clientCa: string }
  /** Throws HttpError when whoever asks may not. @param node null at the port of all nodes */
  authorize?: (request: IncomingMessage, node: string | null) => Promise<void>
}

/** The kubelet's HTTP API for any number of kubelets of this process: exec, attach and logs by namespace, pod and container. */
export async function startKubeletEndpoint(options: EndpointOptions = {}): Promise<KubeletEndpoint> {
  const address = options.address ?? '127.0.0.1'
  const { tls, authorize = async () => {} } = options
  const pods = new Map<string, ServedPod>()
  const nodeOfPort = new Map<number, string>()
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered, { url }) =>
      protocolsFor(url?.startsWith('/portForward/') ? 'portForward' : 'exec').find((one) => offered.has(one)) ?? false,
  })
  const nodes = createSilentNodes()
  /** False when the node of the pod that is asked for is silent. */
  const isAnswered = (request: IncomingMessage, socket: Duplex): boolean => {
    const nodeName = podOf(pods, request)?.nodeName
    return nodeName === undefined || nodes.connect(nodeName, socket)
  }
  const ask = async (request: IncomingMessage): Promise<Question> => {
    const door = nodeOfPort.get(request.socket.localPort ?? 0) ?? null
    await authorize(request, door)
    return questionOf(pods, door ?? namedNode(pods, request), request)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (!isAnswered(request, request.socket)) return void request.socket.destroy()
    ask(request)
      .then((question) => answer(question, response))
      .catch((error: Error) => refuse(response, error))
  }
  const server = tls
    ? createHttpsServer({ key: tls.key, cert: tls.cert, ca: tls.clientCa, requestCert: true }, onRequest)
    : createHttpServer(onRequest)
  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isAnswered(request, socket)) return false
    socket.on('error', () => socket.destroy())
    ask(request)
      .then((question) => upgrade(question, sockets, request, socket, head))
      .catch((error: Error) => refuseUpgrade(socket, error))
    return true
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!accept(request, socket, head)) socket.destroy()
  })
  const doors: Server[] = []
  const port = await listen(server, options.port ?? 0, address)
  return {
    address,
    port,
    accept,
    nodes,
    publish: (key, pod) => void pods.set(key, pod),
    withdraw: (key, uid) => {
      if (pods.get(key)?.pod().metadata.uid === uid) pods.delete(key)
    },
    async openPort(node, wanted) {
      const door = createTcpServer((socket) => void server.emit('connection', socket))
      doors.push(door)
      const opened = await listen(door, wanted, address)
      nodeOfPort.set(opened, node)
      return opened
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      const closed = [server, ...doors].map((one) => new Promise<void>((resolve) => one.close(() => resolve())))
      server.closeAllConnections()
      await Promise.all(closed)
    },
  }
}

function listen(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve((server.address() as AddressInfo).port))
  })
}

function answer({ verb, rest, node, pods, target, query }: Question, response: ServerResponse): void {
  if (verb === 'healthz') return void response.end('ok')
  if (verb === 'containerLogs') return serveContainerLogs(target(), query, response)
  if (verb === 'pods' && node !== null) return sendJson(response, podList(pods()))
  if (verb === 'stats' && rest[0] === 'summary' && node !== null) return sendJson(response, statsSummary(node, pods()))
  if (['exec', 'attach', 'portForward'].includes(verb))
    throw new HttpError(
      400,
      `you must upgrade to SPDY/3.1 or a WebSocket (${protocolsFor(verb).join(', ')}) for ${verb}`,
    )
  throw new HttpError(404, '404 page not found')
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const protocolsFor = (verb: string): readonly string[] => (verb === 'portForward' ? FORWARD_PROTOCOLS : PROTOCOLS)

/** Streams over WebSocket or SPDY. @throws HttpError before anything is accepted */
function upgrade(
  question: Question,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const { headers } = request
  const how = headers.upgrade?.toLowerCase()
  if (how === 'spdy/3.1') {
    const offered = listOf(headers['x-stream-protocol-version'])
    if (question.verb === 'portForward')
      return serveForwardsOverSpdy(socket, head, offered, forwardRequest(question, []))
    return serveCommandOverSpdy(socket, head, offered, streamRequest(question))
  }
  if (how !== 'websocket')
    throw new HttpError(400, `unable to upgrade: ${how} is not supported, use SPDY/3.1 or a WebSocket`)
  const offered = listOf(headers['sec-websocket-protocol'])
  const served = protocolsFor(question.verb)
  if (!served.some((protocol) => offered.includes(protocol)))
    throw new HttpError(
      400,
      `unable to negotiate a protocol: client offers [${offered.join(' ')}], server has [${served.join(' ')}]`,
    )
  const forwards = question.verb === 'portForward' ? forwardRequest(question, portsOf(question.query)) : null
  const streams = forwards ? null : streamRequest(question)
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    if (forwards) serveForwards(webSocket, forwards)
    else if (streams) serveWebSocket(webSocket, streams)
  })
}

const listOf = (header: string | string[] | undefined): string[] =>
  String(header ?? '')
    .split(',')
    .map((one) => one.trim())

function streamRequest({ verb, target, query }: Question): StreamRequest {
  if (verb !== 'exec' && verb !== 'attach') throw new HttpError(404, '404 page not found')
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

/** @param ports none where each stream says its own */
function forwardRequest({ servedPod }: Question, ports: readonly number[]): ForwardRequest {
  const pod = servedPod()
  const sandboxId = pod.sandboxId()
  if (sandboxId === null) throw new HttpError(500, `pod ${pod.pod().metadata.name} has no sandbox`)
  return { kind: 'portForward', ports, sandboxId, connect: (port) => pod.runtime.forwardPort(sandboxId, port) }
}

export interface Target {
  pod: ServedPod
  record: ContainerRecord
}

/** What was asked: /VERB/NAMESPACE/POD[/UID]/CONTAINER?query, or a verb about the node. */
interface Question {
  verb: string
  /** Of the path, after the verb. */
  rest: string[]
  node: string | null
  /** Of the node. */
  pods(): ServedPod[]
  servedPod(): ServedPod
  target(): Target
  query: URLSearchParams
}

function questionOf(pods: Map<string, ServedPod>, node: string | null, request: IncomingMessage): Question {
  const url = new URL(request.url ?? '/', 'http://kubelet')
  const [verb = '', ...rest] = url.pathname.split('/').slice(1).filter(Boolean).map(decodeURIComponent)
  const isHere = (pod: ServedPod) => node === null || (pod.pod()['spec'] as { nodeName?: string }).nodeName === node
  const [namespace = '', name = '', ...below] = rest
  const servedPod = (): ServedPod => {
    const pod = pods.get(`${namespace}/${name}`)
    if (!pod || !isHere(pod)) throw new HttpError(404, `pod "${name}" not found in namespace "${namespace}"`)
    return pod
  }
  const target = (): Target => {
    const pod = servedPod()
    const container = below.at(-1)
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
  return { verb, rest, node, pods: () => [...pods.values()].filter(isHere), servedPod, target, query: url.searchParams }
}

/** At the port of all nodes whoever asks about a node names it as the host. */
function namedNode(pods: Map<string, ServedPod>, { headers }: IncomingMessage): string | null {
  const { host } = headers
  return host !== undefined && [...pods.values()].some(({ nodeName }) => nodeName === host) ? host : null
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
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

function refuseUpgrade(socket: Duplex, error: Error): void {
  const status = error instanceof HttpError ? error.status : 500
  const body = Buffer.from(error.message)
  // A paused socket never sees that the client has left, and keeps the server from closing.
  socket.resume()
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body.toString()}`,
  )
}
