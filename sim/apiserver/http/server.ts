import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ApiError, noSuchResource } from '../apiError.ts'
import type { Context, User } from '../context.ts'
import { groupsOf } from '../discovery/documents.ts'
import { handleUpgrade } from '../kubeletProxy/upgrade.ts'
import { newAudit, recordAudit } from './audit.ts'
import { authenticate, impersonate, splitCredentials } from './authorize.ts'
import { handleOther } from './otherPaths.ts'
import { parseResourcePath } from './requestPath.ts'
import { handleResource, send } from './resourceHandler.ts'
import type { HttpRequest } from './resourceHandler.ts'

/** The API over HTTP. The caller listens and closes. */
export function createHttpServer(context: Context): Server {
  const server = createServer((request, response) => {
    answer(context, request, response).catch((error: unknown) => fail(response, error))
  })
  server.keepAliveTimeout = 180_000
  server.requestTimeout = 0
  server.headersTimeout = 60_000
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    handleUpgrade(context, request, socket, head),
  )
  return server
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url, token } = splitCredentials(request.url ?? '/')
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const user = userOf(context, request, token)
  const audit = newAudit(request, url, user)
  response.once('close', () => recordAudit(context, request, audit, 'ResponseComplete', response.statusCode))
  const http: HttpRequest = { request, response, query, user, audit }
  const target = parseResourcePath(path)
  audit.target = target
  if (target !== null) return handleResource(context, target, http)
  if (isResourcePath(path)) throw noSuchResource()
  handleOther(context, path, http)
}

function userOf(context: Context, request: IncomingMessage, token: string | null): User {
  const user = authenticate(context, request.headers.authorization, token)
  const { headers } = request
  if (headers['impersonate-user'] === undefined && headers['impersonate-group'] === undefined) return user
  const groups = request.headersDistinct['impersonate-group'] ?? []
  return impersonate(context, user, headers['impersonate-user'] as string | undefined, groups)
}

/** Below a group version that exists: an unknown resource is a Status, an unknown group is a plain page. */
function isResourcePath(path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '')
  return (
    (parts[0] === 'api' && parts[1] === 'v1' && parts.length > 2) ||
    (parts[0] === 'apis' && groupsOf(false).includes(parts[1] ?? '') && parts.length > 3)
  )
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.stack : String(error)}`,
        )
  const retry = refusal.details?.retryAfterSeconds
  if (retry !== undefined) response.setHeader('Retry-After', String(retry))
  send(response, refusal.code, `${JSON.stringify(refusal.status())}\n`, 'application/json')
}
