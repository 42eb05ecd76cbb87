import type { RawData, WebSocket } from 'ws'
import { runCommand, type ClientListener, type StreamRequest } from './remoteCommand.ts'

/** Sub-protocols of remote command over WebSocket, the preferred first (k8s.io/apimachinery remotecommand constants). */
export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const

/**
 * Speaks exec or attach on an accepted WebSocket until the process has ended; its status is sent on channel 3. A server never sends the close
 * channel of v5: it is the client's word that stdin is at its end.
 */
export function serveWebSocket(socket: WebSocket, request: StreamRequest): void {
  const early: RawData[] = []
  let handle: (data: RawData) => void = (data) => void early.push(data)
  let closed = false
  socket.on('message', (data: RawData) => handle(data))
  socket.on('close', () => (closed = true))
  socket.on('error', () => socket.terminate())
  const send = (channel: number, data: Uint8Array) => {
    if (closed) return
    const frame = Buffer.allocUnsafe(data.length + 1)
    frame[0] = channel
    frame.set(data, 1)
    socket.send(frame, { binary: true })
  }
  // an empty frame says that the streams are there (kubelet, remotecommand/websocket.go)
  const first = request.stdout ? CHANNEL.stdout : request.stderr ? CHANNEL.stderr : CHANNEL.error
  send(first, new Uint8Array())
  runCommand(request, {
    send: (stream, data) => send(CHANNEL[stream], data),
    finish(status) {
      send(CHANNEL.error, Buffer.from(JSON.stringify(status)))
      if (!closed) socket.close(1000)
    },
    listen(client) {
      handle = (data) => receive(client, toBuffer(data))
      for (const data of early.splice(0)) handle(data)
      if (closed) client.gone()
      else socket.on('close', () => client.gone())
    },
  })
}

function receive(client: ClientListener, frame: Buffer): void {
  const channel = frame[0]
  const data = frame.subarray(1)
  if (channel === CHANNEL.stdin) client.stdin(data)
  else if (channel === CHANNEL.close && data[0] === CHANNEL.stdin) client.stdinEnd()
  else if (channel === CHANNEL.resize) client.resize(data.toString())
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
