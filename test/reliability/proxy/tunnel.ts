import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Act } from './rule.ts'
import type { Upstream } from './upstream.ts'

/** Channels of the remote command protocol: staging/src/k8s.io/apimachinery/pkg/util/remotecommand. */
const [stdout, status] = [1, 3]

export interface Opening {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  reset(): void
}

/** Hands an exec's WebSocket on, frame by frame, and ends it where `act` says. */
export function tunnel(upstream: Upstream, { request, socket, head, reset }: Opening, act: Act | null): void {
  socket.on('error', () => undefined)
  if (act?.type === 'delay')
    return void setTimeout(() => tunnel(upstream, { request, socket, head, reset }, null), act.ms)
  if (act?.type === 'reset' && act.when === 'before') return reset()
  if (act?.type === 'answer') return refuse(socket, act.code, act.retryAfter)
  const cut = act?.type === 'cut-exec' ? act.when : act?.type === 'reset' ? 'status' : null

  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const scheme = upstream.url.protocol === 'https:' ? 'wss' : 'ws'
  const far = new WebSocket(`${scheme}://${upstream.url.host}${request.url ?? ''}`, protocols, {
    ...upstream.tls,
    headers: upstream.headers,
    perMessageDeflate: false,
    maxPayload: 0,
  })
  socket.once('close', () => far.terminate())
  far.on('error', () => reset())
  far.on('unexpected-response', (_, answered) => {
    socket.write(`HTTP/1.1 ${answered.statusCode} ${answered.statusMessage}\r\nconnection: close\r\n`)
    socket.write(`content-type: ${answered.headers['content-type'] ?? 'text/plain'}\r\n\r\n`)
    answered.pipe(socket)
  })
  far.once('open', () => {
    const server = new WebSocketServer({ noServer: true, handleProtocols: () => far.protocol, maxPayload: 0 })
    server.handleUpgrade(request, socket, head, (near) => {
      if (cut === 'open') return reset()
      near.on('message', (data: Buffer) => far.send(data))
      near.on('close', () => far.close())
      near.on('error', () => far.terminate())
      far.on('message', (data: Buffer) => {
        if (cut === 'status' && data[0] === status) return reset()
        if (cut === 'output' && data[0] === stdout)
          return near.send(data.subarray(0, 1 + Math.floor(data.length / 2)), () => reset())
        near.send(data)
      })
      far.on('close', (code, reason) => (code === 1006 || code === 1005 ? near.close() : near.close(code, reason)))
    })
  })
}

function refuse(socket: Duplex, code: number, retryAfter: number | null): void {
  const wait = retryAfter === null ? '' : `retry-after: ${retryAfter}\r\n`
  socket.end(`HTTP/1.1 ${code} Injected\r\n${wait}connection: close\r\ncontent-type: text/plain\r\n\r\ninjected`)
}
