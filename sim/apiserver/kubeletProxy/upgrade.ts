import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { ApiError, badRequest, noSuchResource } from '../apiError.ts'
import type { Context } from '../context.ts'
import { newAudit, recordAudit } from '../http/audit.ts'
import { authenticate, authorizeCreate, authorizeResource, splitCredentials } from '../http/authorize.ts'
import { parseResourcePath } from '../http/requestPath.ts'
import { dialError, locatePod, unanswered } from './location.ts'
import type { KubeletLocation } from './location.ts'

const streaming = new Set(['exec', 'attach', 'portforward'])
const ownHeaders = new Set(['authorization', 'host'])
/** A token may come as a WebSocket sub-protocol (browsers). */
const tokenProtocol = 'base64url.bearer.authorization.k8s.io.'

/**
 * Exec, attach and port-forward: the request goes to the kubelet's own path, then bytes go both ways untouched. WebSocket or
 * SPDY is between client and kubelet; what is forwarded is not looked at.
 */
export function handleUpgrade(context: Context, request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => socket.destroy())
  try {
    const { url, token } = splitCredentials(request.url ?? '/')
    const [path = '', queryText = ''] = url.split('?', 2)
    const query = new URLSearchParams(queryText)
    const user = authenticate(context, request.headers.authorization ?? tokenOf(request), token)
    const target = parseResourcePath(path)
    if (target === null || !streaming.has(target.subresource)) throw noSuchResource()
    const audit = { ...newAudit(request, url, user), verb: request.method === 'POST' ? 'create' : 'get', target }
    let code = 101
    socket.once('close', () => recordAudit(context, request, audit, 'ResponseComplete', code))
    try {
      authorizeResource(context, user, audit.verb, target)
      audit.allowed = true
      authorizeCreate(context, user, audit.verb, target)
    } catch (error) {
      code = 403
      throw error
    }
    const location = locatePod(context, target, query)
    if (location === null) throw badRequest(`pod ${target.name} does not have a host assigned`)
    socket.setNoDelay(true)
    if (takenHere(context, location, request, socket, head)) return
    const upstream = connect({ host: location.host, port: location.port, noDelay: true })
    let connected = false
    let answered = false
    upstream.once('data', () => (answered = true))
    upstream.once('connect', () => {
      connected = true
      recordAudit(context, request, audit, 'ResponseStarted', code)
      upstream.write(requestHead(request, location.path, `${location.host}:${location.port}`))
      if (head.length > 0) upstream.write(head)
      socket.pipe(upstream)
      upstream.pipe(socket, { end: false })
    })
    upstream.on('error', (error) => {
      if (connected) socket.destroy()
      else refuse(socket, dialError(location, error))
    })
    const onClosing = () => upstream.destroy()
    context.closing.addEventListener('abort', onClosing, { once: true })
    upstream.once('close', () => {
      context.closing.removeEventListener('abort', onClosing)
      if (connected && !answered && !socket.destroyed) refuse(socket, unanswered())
      else socket.destroy()
    })
    socket.once('close', () => upstream.destroy())
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    refuse(socket, error)
  }
}

function takenHere(
  context: Context,
  location: KubeletLocation,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): boolean {
  request.url = location.path
  for (const name of ownHeaders) delete request.headers[name]
  return context.takeStream(location, request, socket, head)
}

function requestHead(request: IncomingMessage, path: string, host: string): string {
  const lines = [`${request.method} ${path} HTTP/1.1`, `Host: ${host}`]
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string
    if (!ownHeaders.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[i + 1]}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

function tokenOf(request: IncomingMessage): string | undefined {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const carrier = protocols.find((one) => one.startsWith(tokenProtocol))
  return carrier === undefined
    ? undefined
    : `Bearer ${Buffer.from(carrier.slice(tokenProtocol.length), 'base64url').toString()}`
}

function refuse(socket: Socket, error: ApiError): void {
  const body = `${JSON.stringify(error.status())}\n`
  // A paused socket never sees that the client has left, and keeps the server from closing.
  socket.resume()
  socket.end(
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
