import { WebSocket } from 'ws'
import type { ExecResult } from './cluster.ts'
import { ExecError } from './execError.ts'
import { failureOf, openWebSocket, refusalOf } from './podWebSocket.ts'
import type { Transport } from './transport.ts'

/** One exec as the API names it. */
export interface ExecRequest {
  namespace: string
  name: string
  argv: readonly string[]
  container?: string | undefined
  stdin?: string | undefined
}

/** Channels of the remote command protocol (kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/remotecommand). */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 }

/**
 * One exec over one WebSocket. Always settles: with the exit status, or an ExecError when the server refuses, the
 * connection ends without a status, or the signal aborts (with its reason when that is not an ExecError).
 */
export async function execOnce(transport: Transport, request: ExecRequest, signal: AbortSignal): Promise<ExecResult> {
  const socket = await openWebSocket(transport, execPath(request), ['v5.channel.k8s.io', 'v4.channel.k8s.io'], signal)
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8')
    const output = (): { stdout: string; stderr: string } => ({ stdout: text(stdout), stderr: text(stderr) })
    let opened = false

    const end = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      act()
      // Closing is not waited for: the status is the last word.
      if (socket.readyState === WebSocket.OPEN) socket.close()
      else if (socket.readyState !== WebSocket.CLOSED) socket.terminate()
    }
    const fail = (error: Error): void => end(() => reject(error))
    const abort = (): void => {
      fail(signal.reason as Error)
      socket.terminate()
    }
    signal.addEventListener('abort', abort, { once: true })

    socket.on('open', () => {
      opened = true
      if (request.stdin === undefined) return
      if (socket.protocol !== 'v5.channel.k8s.io') return fail(noStdinEnd(request))
      for (const piece of piecesOf(request.stdin)) socket.send(Buffer.concat([Buffer.of(channel.stdin), piece]))
      socket.send(Buffer.of(channel.close, channel.stdin))
    })
    socket.on('message', (data: Buffer) => {
      const payload = data.subarray(1)
      if (data[0] === channel.stdout) stdout.push(payload)
      else if (data[0] === channel.stderr) stderr.push(payload)
      else if (data[0] === channel.error) {
        const outcome = readStatus(request, payload.toString('utf8'), output)
        end(() => (outcome instanceof ExecError ? reject(outcome) : resolve({ ...output(), exitCode: outcome })))
      }
    })
    socket.on('close', (code, reason) => {
      const why = reason.toString() || `WebSocket close code ${code}`
      fail(
        new ExecError(`${describe(request)}: the connection ended without an exit status (${why})`, {
          kind: 'closed',
          said: why,
          ...output(),
        }),
      )
    })
    socket.on('error', (error) => fail(failureOf(transport, socket, describe(request), error, { opened, ...output() })))
    socket.on('unexpected-response', (_, answer) => {
      void refusalOf(transport, socket, describe(request), answer).then(fail)
    })
  })
}

function execPath(request: ExecRequest): string {
  const query = new URLSearchParams()
  for (const argument of request.argv) query.append('command', argument)
  if (request.container) query.set('container', request.container)
  if (request.stdin !== undefined) query.set('stdin', 'true')
  query.set('stdout', 'true')
  query.set('stderr', 'true')
  return `/api/v1/namespaces/${request.namespace}/pods/${request.name}/exec?${query.toString()}`
}

/** The exit code of a status frame, or why there is none. */
function readStatus(
  request: ExecRequest,
  frame: string,
  output: () => { stdout: string; stderr: string },
): number | ExecError {
  let status: {
    status?: string
    reason?: string
    message?: string
    details?: { causes?: { reason?: string; message?: string }[] }
  }
  try {
    status = JSON.parse(frame) as typeof status
  } catch {
    status = { status: 'Failure', message: frame }
  }
  if (status.status === 'Success') return 0
  const exit = status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message
  if (status.reason === 'NonZeroExitCode' && exit !== undefined) return Number(exit)
  const said = status.message ?? frame
  // The API server's own connection to the kubelet: the node, not the command.
  const kind =
    /error dialing backend|no preferred addresses found|unable to upgrade connection: .*(timeout|refused)/.test(said)
      ? 'connect'
      : 'rejected'
  return new ExecError(`${describe(request)}: ${said}`, { kind, said, ...output() })
}

const noStdinEnd = (request: ExecRequest): ExecError =>
  new ExecError(
    `${describe(request)}: this API server cannot end stdin over a WebSocket (needs v5.channel.k8s.io, Kubernetes 1.30)`,
    {
      kind: 'rejected',
      said: 'only v4.channel.k8s.io',
    },
  )

export function describe(request: ExecRequest): string {
  const command = request.argv.join(' ')
  return `exec ${JSON.stringify(command.length > 100 ? `${command.slice(0, 100)}…` : command)} in ${request.namespace}/${request.name}`
}

/** The kubelet's buffers are 32 KiB: larger frames gain nothing. */
function* piecesOf(stdin: string): Generator<Buffer> {
  const bytes = Buffer.from(stdin)
  for (let at = 0; at < bytes.length; at += 32_000) yield bytes.subarray(at, at + 32_000)
}
