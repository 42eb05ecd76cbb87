import type { Duplex } from 'node:stream'
import type { ForwardRequest } from './portForward.ts'
import { serveSpdy, type SpdyStream } from './spdy/spdyConnection.ts'
import { acceptUpgrade } from './spdyStreams.ts'

const PROTOCOL = 'portforward.k8s.io'

/**
 * Accepts the upgrade and forwards connections to a pod's ports: each has a stream of data and one that says what went wrong, with the same request id
 * (kubelet pkg/cri/streaming/portforward/httpstream.go, 1.34). @throws HttpError when the client offers another protocol
 */
export function serveForwardsOverSpdy(
  socket: Duplex,
  head: Buffer,
  offered: readonly string[],
  request: ForwardRequest,
): void {
  acceptUpgrade(socket, PROTOCOL, offered)
  const errors = new Map<string, SpdyStream>()
  serveSpdy(socket, head, (stream) => {
    const { streamtype, requestid = '', port = '' } = stream.headers
    if (streamtype === 'error') return void errors.set(requestid, stream)
    void forward(request, Number(port), stream, errors.get(requestid))
    errors.delete(requestid)
  })
}

async function forward(
  request: ForwardRequest,
  port: number,
  data: SpdyStream,
  errors: SpdyStream | undefined,
): Promise<void> {
  try {
    const connection = await request.connect(port)
    connection.onData((bytes) => data.write(bytes))
    data.receive(
      (bytes) => connection.write(bytes),
      () => connection.end(),
    )
    await new Promise<void>((resolve) => connection.onEnd(resolve))
  } catch (error) {
    const message = `error forwarding port ${port} to pod ${request.sandboxId}, uid : ${(error as Error).message}`
    errors?.write(Buffer.from(message))
  }
  data.end()
  errors?.end()
}
