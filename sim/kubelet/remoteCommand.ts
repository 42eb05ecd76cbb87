import type { ContainerRuntime, ExecSession } from './containerRuntime.ts'

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

/** The streams of one exec or attach, whatever carries them. */
export interface Wires {
  send(stream: 'stdout' | 'stderr', data: Uint8Array): void
  /** Sends the status and closes. */
  finish(status: object): void
  /** What the client sends; what came before is kept for it. */
  listen(client: ClientListener): void
}

export interface ClientListener {
  stdin(data: Uint8Array): void
  stdinEnd(): void
  /** JSON of remotecommand.TerminalSize. */
  resize(text: string): void
  /** The client has gone away. */
  gone(): void
}

/** Runs exec or attach on its streams until the process has ended; its status is always sent. */
export function runCommand(request: StreamRequest, wires: Wires): void {
  const output = gathered((stream, data) => wires.send(stream, data))
  const run = async (): Promise<object> => {
    const session = await open(request)
    if (request.stdout) session.onStdout((data) => output.push('stdout', data))
    if (request.stderr && !request.tty) session.onStderr((data) => output.push('stderr', data))
    wires.listen({
      stdin: (data) => request.stdin && session.stdin.write(data),
      stdinEnd: () => session.stdin.end(),
      resize: (text) => request.tty && resize(session, text),
      gone() {
        // the process of an exec lives on without its client, as under a real kubelet; only its stdin ends
        if (request.kind === 'exec' || request.stdin) session.stdin.end()
        if (request.kind === 'attach') session.kill()
      },
    })
    return exitStatus(request, await session.exit)
  }
  void run()
    .catch((error: Error) => internalError(request, error))
    .then((status) => {
      output.flush()
      wires.finish(status)
    })
}

/** Bytes of a frame at most: the buffer with which the runtime copies (io.Copy of Go). */
const FRAME_BYTES = 32 * 1024

/** What a process writes in one go leaves in one frame, as from a pipe that the runtime reads: not a frame for each write. */
function gathered(send: Wires['send']) {
  let stream: 'stdout' | 'stderr' = 'stdout'
  let waiting: Uint8Array[] = []
  let bytes = 0
  const flush = () => {
    if (bytes === 0) return
    const [first] = waiting
    const data = waiting.length === 1 && first ? first : Buffer.concat(waiting, bytes)
    waiting = []
    bytes = 0
    for (let at = 0; at < data.length; at += FRAME_BYTES) send(stream, data.subarray(at, at + FRAME_BYTES))
  }
  return {
    flush,
    push(to: 'stdout' | 'stderr', data: Uint8Array) {
      if (to !== stream) flush()
      stream = to
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

function resize(session: ExecSession, text: string): void {
  try {
    const size = JSON.parse(text) as { Width?: number; Height?: number }
    if (size.Width && size.Height) session.resize(size.Width, size.Height)
  } catch {
    // not a size: nothing to resize to
  }
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
