import type { RawData, WebSocket } from 'ws'
import type { ContainerRuntime, ExecSession } from './containerRuntime.ts'

/** Sub-protocols of remote command over WebSocket, the preferred first (k8s.io/apimachinery remotecommand constants). */
export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const

export interface StreamRequest {
  kind: 'exec' | 'attach'
  runtime: ContainerRuntime
  containerId: string
  argv: string[]
  stdin: boolean
  stdout: boolean
  stderr: boolean
  tty: boolean
}

/**
 * Speaks exec or attach on an accepted WebSocket until the process has ended; its status is always sent, on channel 3. A server never
 * sends the close channel of v5: it is the client's word that stdin is at its end.
 */
export function serveStreams(socket: WebSocket, request: StreamRequest): void {
  const early: RawData[] = []
  let handle: (data: RawData) => void = (data) => void early.push(data)
  let closed = false
  let session: ExecSession | null = null
  socket.on('message', (data: RawData) => handle(data))
  // the process of an exec lives on without its client, as under a real kubelet; only its stdin ends
  socket.on('close', () => {
    closed = true
    if (request.kind === 'exec') session?.stdin.end()
  })
  socket.on('error', () => socket.terminate())

  const send = (channel: number, data: Uint8Array) => {
    if (closed) return
    const frame = Buffer.allocUnsafe(data.length + 1)
    frame[0] = channel
    frame.set(data, 1)
    socket.send(frame, { binary: true })
  }
  const output = gathered(send)
  // an empty frame says that the streams are there (kubelet, remotecommand/websocket.go)
  const first = request.stdout ? CHANNEL.stdout : request.stderr ? CHANNEL.stderr : CHANNEL.error
  send(first, new Uint8Array())

  const run = async (): Promise<object> => {
    session = await open(request)
    if (request.stdout) session.onStdout((data) => output.push(CHANNEL.stdout, data))
    if (request.stderr && !request.tty) session.onStderr((data) => output.push(CHANNEL.stderr, data))
    const live = session
    handle = (data) => receive(live, request, toBuffer(data))
    for (const data of early.splice(0)) handle(data)
    return exitStatus(request, await session.exit)
  }
  void run()
    .catch((error: Error) => internalError(request, error))
    .then((status) => {
      output.flush()
      send(CHANNEL.error, Buffer.from(JSON.stringify(status)))
      if (!closed) socket.close(1000)
    })
}

/** Bytes of a frame at most: the buffer with which the runtime copies (io.Copy of Go). */
const FRAME_BYTES = 32 * 1024

/** What a process writes in one go leaves in one frame, as from a pipe that the runtime reads: not a frame for each write. */
function gathered(send: (channel: number, data: Uint8Array) => void) {
  let channel: number = CHANNEL.stdout
  let waiting: Uint8Array[] = []
  let bytes = 0
  const flush = () => {
    if (bytes === 0) return
    const [first] = waiting
    const data = waiting.length === 1 && first ? first : Buffer.concat(waiting, bytes)
    waiting = []
    bytes = 0
    for (let at = 0; at < data.length; at += FRAME_BYTES) send(channel, data.subarray(at, at + FRAME_BYTES))
  }
  return {
    flush,
    push(to: number, data: Uint8Array) {
      if (to !== channel) flush()
      channel = to
      if (bytes === 0) setImmediate(flush)
      waiting.push(data)
      bytes += data.length
      if (bytes >= FRAME_BYTES) flush()
    },
  }
}

async function open(request: StreamRequest): Promise<ExecSession> {
  const { runtime, containerId } = request
  if (request.kind === 'exec')
    return runtime.exec(containerId, request.argv, { tty: request.tty, stdin: request.stdin })
  return runtime.attach?.(containerId) ?? watchOutput(runtime, containerId)
}

/** Attach where the runtime has no streams of the first process: its output from now on, until it ends. */
function watchOutput(runtime: ContainerRuntime, containerId: string): ExecSession {
  const encoder = new TextEncoder()
  const stops: (() => void)[] = []
  const listen = (stream: 'stdout' | 'stderr', listener: (data: Uint8Array) => void) =>
    stops.push(
      runtime.onLog(containerId, (line) => {
        if (line.stream === stream) listener(encoder.encode(`${line.text}\n`))
      }),
    )
  const exit = new Promise<number>((resolve) => {
    stops.push(
      runtime.onChange((change) => {
        if (change.id !== containerId) return
        for (const stop of stops) stop()
        resolve(runtime.containerStatus(containerId)?.exitCode ?? 0)
      }),
    )
  })
  return {
    stdin: { write: () => {}, end: () => {} },
    onStdout: (listener) => void listen('stdout', listener),
    onStderr: (listener) => void listen('stderr', listener),
    resize: () => {},
    exit,
    kill: () => {},
  }
}

function receive(session: ExecSession, request: StreamRequest, frame: Buffer): void {
  const channel = frame[0]
  const data = frame.subarray(1)
  if (channel === CHANNEL.stdin && request.stdin) session.stdin.write(data)
  else if (channel === CHANNEL.close && data[0] === CHANNEL.stdin) session.stdin.end()
  else if (channel === CHANNEL.resize && request.tty) {
    try {
      const size = JSON.parse(data.toString()) as { Width?: number; Height?: number }
      if (size.Width && size.Height) session.resize(size.Width, size.Height)
    } catch {
      // not a size: nothing to resize to
    }
  }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

/** Exit code of an exec; an attach succeeds whatever the container ends with (kubelet ServeAttach). */
function exitStatus(request: StreamRequest, exitCode: number): object {
  if (exitCode === 0 || request.kind === 'attach') return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command [${request.argv.join(' ')}], exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

function internalError(request: StreamRequest, error: Error): object {
  const what = `error ${request.kind === 'exec' ? 'executing command in' : 'attaching to'} container: ${error.message}`
  // twice an internal error: of the runtime's streaming server, and of its answer (recorded)
  const message = `Internal error occurred: ${what}`
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  }
}
