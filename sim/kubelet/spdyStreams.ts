import type { Duplex } from 'node:stream'
import { HttpError } from './httpError.ts'
import { runCommand, type StreamRequest } from './remoteCommand.ts'
import { serveSpdy, type SpdyConnection, type SpdyStream } from './spdy/spdyConnection.ts'

/** Protocol of remote command over SPDY: with a stream for the status, and for sizes of a terminal. */
const PROTOCOL = 'v4.channel.k8s.io'

/** Accepts the upgrade and speaks exec or attach over SPDY, as API servers do with kubelets. @throws HttpError when the client offers no protocol that is spoken here */
export function serveCommandOverSpdy(
  socket: Duplex,
  head: Buffer,
  offered: readonly string[],
  request: StreamRequest,
): void {
  acceptUpgrade(socket, PROTOCOL, offered)
  const streams = new Map<string, SpdyStream>()
  const wanted = wantedStreams(request)
  const connection: SpdyConnection = serveSpdy(socket, head, (stream) => {
    streams.set(stream.headers['streamtype'] ?? '', stream)
    if (wanted.every((type) => streams.has(type))) start()
  })
  let started = false
  const start = () => {
    if (started) return
    started = true
    runCommand(request, {
      send: (stream, data) => streams.get(stream)?.write(data),
      finish(status) {
        streams.get('error')?.write(Buffer.from(JSON.stringify(status)))
        for (const stream of streams.values()) stream.end()
        connection.close()
      },
      listen(client) {
        streams.get('stdin')?.receive(client.stdin, client.stdinEnd)
        streams.get('resize')?.receive(linesTo(client.resize), () => {})
        streams.get('error')?.receive(
          () => {},
          () => {},
        )
        connection.onClose(client.gone)
      },
    })
  }
}

/**
 * 101 with the protocol, as k8s.io/apimachinery/pkg/util/httpstream/spdy/upgrade.go answers. @throws HttpError 403 when the client has not offered it, in
 * the words of httpstream.go (Handshake)
 */
export function acceptUpgrade(socket: Duplex, protocol: string, offered: readonly string[]): void {
  if (!offered.includes(protocol))
    throw new HttpError(
      403,
      `unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocol}]`,
    )
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `X-Stream-Protocol-Version: ${protocol}`,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
}

function wantedStreams({ stdin, stdout, stderr, tty }: StreamRequest): string[] {
  const wanted = { stdin, stdout, stderr: stderr && !tty, resize: tty, error: true }
  return Object.entries(wanted).flatMap(([type, isWanted]) => (isWanted ? [type] : []))
}

/** Sizes come as JSON values, a line each. */
function linesTo(take: (line: string) => void): (data: Buffer) => void {
  let rest = ''
  return (data) => {
    const lines = (rest + data.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
}
