import type { RawData, WebSocket } from 'ws'
import type { ForwardedConnection } from './containerRuntime.ts'
import { HttpError } from './httpError.ts'

/** Sub-protocols of port-forward over WebSocket, the preferred first (kubelet pkg/cri/streaming/portforward/websocket.go, 1.34). */
export const FORWARD_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'] as const

export interface ForwardRequest {
  kind: 'portForward'
  ports: readonly number[]
  sandboxId: string
  /** Throws CriError in the runtime's words. */
  connect(port: number): Promise<ForwardedConnection>
}

/** The ports of a query, each value a list. @throws HttpError 400 in the kubelet's words */
export function portsOf(query: URLSearchParams): number[] {
  const values = query.getAll('port')
  if (values.length === 0) throw new HttpError(400, 'query parameter "port" is required')
  return values.flatMap((value) => {
    if (value === '') throw new HttpError(400, 'query parameter "port" cannot be empty')
    return value.split(',').map((text) => {
      const port = /^\d+$/.test(text) ? Number(text) : NaN
      if (!(port <= 65_535)) throw new HttpError(400, `unable to parse "${value}" as a port: ${reason(text)}`)
      if (port < 1) throw new HttpError(400, `port "${value}" must be > 0`)
      return port
    })
  })
}

/** As Go's strconv.ParseUint(text, 10, 16) says it. */
const reason = (text: string): string =>
  `strconv.ParseUint: parsing "${text}": ${/^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`

/**
 * Speaks port-forward on an accepted WebSocket: of each port a channel of data and one of errors, on both the port first (16 bits, little
 * endian). The socket is closed when the connection to every port has ended.
 */
export function serveForwards(socket: WebSocket, request: ForwardRequest): void {
  const base64 = socket.protocol === 'v4.base64.channel.k8s.io'
  const waiting = request.ports.map((): Uint8Array[] => [])
  const connections = request.ports.map((): ForwardedConnection | null => null)
  let closed = false

  const send = (channel: number, data: Uint8Array) => {
    if (closed) return
    if (base64) socket.send(`${channel}${Buffer.from(data).toString('base64')}`)
    else socket.send(Buffer.concat([Uint8Array.of(channel), data]), { binary: true })
  }
  const receive = (data: RawData) => {
    const { channel, bytes } = frameOf(data, base64)
    const index = channel / 2
    const connection = connections[index]
    if (connection) connection.write(bytes)
    else waiting[index]?.push(bytes)
  }
  const forward = async (port: number, index: number): Promise<void> => {
    const portBytes = Uint8Array.of(port & 0xff, port >> 8)
    send(2 * index, portBytes)
    send(2 * index + 1, portBytes)
    try {
      const connection = await request.connect(port)
      if (closed) return connection.end()
      connections[index] = connection
      const ended = new Promise<void>((resolve) => connection.onEnd(resolve))
      connection.onData((data) => send(2 * index, data))
      for (const bytes of waiting[index]?.splice(0) ?? []) connection.write(bytes)
      await ended
      connection.end()
    } catch (error) {
      const message = `error forwarding port ${port} to pod ${request.sandboxId}, uid : ${(error as Error).message}`
      send(2 * index + 1, Buffer.from(message))
    }
  }

  socket.on('message', receive)
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    closed = true
    for (const connection of connections) connection?.end()
  })
  void Promise.all(request.ports.map(forward)).then(() => {
    if (!closed) socket.close(1000)
  })
}

function frameOf(data: RawData, base64: boolean): { channel: number; bytes: Buffer } {
  const frame = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
  if (!base64) return { channel: frame[0] ?? -1, bytes: frame.subarray(1) }
  const text = frame.toString()
  return { channel: Number(text[0]), bytes: Buffer.from(text.slice(1), 'base64') }
}
