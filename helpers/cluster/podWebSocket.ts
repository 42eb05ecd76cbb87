import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { errorOfAnswer, errorOfFailure } from './apiError.ts'
import { ExecError } from './execError.ts'
import { pathOf, type Transport } from './transport.ts'

/** Begins a WebSocket to a pod, through the API server. @throws the signal's reason; what loading credentials throws */
export async function openWebSocket(
  transport: Transport,
  path: string,
  protocols: string[],
  signal: AbortSignal,
): Promise<WebSocket> {
  const { headers, tls, agent } = await transport.credentials()
  signal.throwIfAborted()
  const url = new URL(transport.server)
  const address = `${url.protocol === 'http:' ? 'ws' : 'wss'}://${url.host}${pathOf(url.pathname.replace(/\/$/, ''), { path })}`
  transport.stats.requests++
  return new WebSocket(address, protocols, {
    ...tls,
    agent,
    headers: headers as Record<string, string>,
    perMessageDeflate: false,
    maxPayload: 0,
  })
}

/** What a connection that failed is to a check: not made, or lost on the way. @param what the call, for the message */
export function failureOf(
  transport: Transport,
  socket: WebSocket,
  what: string,
  error: Error,
  of: { opened: boolean; stdout?: string; stderr?: string },
): ExecError {
  const { opened, ...output } = of
  const cause = errorOfFailure(transport.server, { method: 'GET', path: pathIn(socket) }, error)
  return new ExecError(`${what}: ${cause.message}`, {
    kind: opened ? 'closed' : 'connect',
    neverSent: !opened && cause.neverSent && cause.reason !== 'Tls',
    said: cause.message,
    ...output,
  })
}

/** What an answer other than an upgrade is to a check. */
export async function refusalOf(
  transport: Transport,
  socket: WebSocket,
  what: string,
  answer: IncomingMessage,
): Promise<ExecError> {
  const code = answer.statusCode ?? 0
  const text = await bodyOf(answer)
  const error = errorOfAnswer(
    transport.server,
    { method: 'GET', path: pathIn(socket) },
    { code, headers: answer.headers, text },
  )
  const said = error.status?.message ?? error.message
  // The kubelet's own refusal of a container that has ended comes as a 500 too (pkg/kubelet/server, getExec).
  const kind = (code === 429 || code >= 500) && !/container not found/.test(said) ? 'connect' : 'rejected'
  return new ExecError(`${what}: ${error.status ? `${code} ${said}` : error.message}`, { kind, code, said })
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer)
  } catch {
    // The status line alone says enough.
  }
  return Buffer.concat(chunks).toString('utf8')
}

const pathIn = (socket: WebSocket): string => {
  const { pathname, search } = new URL(socket.url)
  return `${pathname}${search}`
}
