import { Agent, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { ApiError, badRequest } from '../apiError.ts'
import type { Context } from '../context.ts'
import type { HttpRequest } from '../http/resourceHandler.ts'
import type { ResourcePath } from '../http/requestPath.ts'
import { dialError, endpointOf, locatePod } from './location.ts'
import type { KubeletLocation } from './location.ts'

const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64, timeout: 30_000 })
/** Headers that concern one connection only, or the API server's own credentials. */
const ownHeaders = new Set([
  'connection',
  'keep-alive',
  'authorization',
  'host',
  'transfer-encoding',
  'upgrade',
  'proxy-authorization',
  'te',
])

/** Log and node proxy by plain HTTP; exec, attach and port-forward need an upgrade. @throws ApiError */
export async function proxyToKubelet(context: Context, target: ResourcePath, http: HttpRequest): Promise<void> {
  const { response, query } = http
  if (target.subresource === 'proxy') {
    if (target.kind.plural !== 'nodes')
      throw new ApiError(
        503,
        'ServiceUnavailable',
        `no endpoints available for ${target.kind.singular} ${JSON.stringify(target.name)}`,
      )
    const rest = `/${target.rest}${query.size === 0 ? '' : `?${query.toString()}`}`
    const node = target.name.split(':').at(-1) as string
    return relay({ ...endpointOf(context, node), path: rest }, http, node)
  }
  const location = locatePod(context, target, query)
  if (target.subresource !== 'log') throw badRequest('Upgrade request required')
  if (location === null) {
    response.writeHead(204).end()
    return
  }
  return relay(location, http, null)
}

/** @param node that is asked about itself, by its name: kubelets of one process share a port. Null: a pod's log. */
function relay(location: KubeletLocation, { request, response }: HttpRequest, node: string | null): Promise<void> {
  const isLog = node === null
  return new Promise((resolve, reject) => {
    const kept = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ownHeaders.has(name)))
    const headers = node === null ? kept : { ...kept, host: node }
    const upstream = httpRequest(
      { host: location.host, port: location.port, path: location.path, method: request.method, headers, agent },
      (answer) => {
        const status = answer.statusCode ?? 502
        if (isLog && status >= 400) {
          refusal(answer).then(reject, reject)
          return
        }
        const copied = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !ownHeaders.has(name)))
        response.writeHead(status, isLog ? { 'Content-Type': 'text/plain' } : copied)
        response.flushHeaders()
        answer.pipe(response)
        answer.once('end', resolve)
        answer.once('error', () => response.destroy())
      },
    )
    upstream.once('error', (error) => (response.headersSent ? response.destroy() : reject(dialError(location, error))))
    response.once('close', () => {
      upstream.destroy()
      resolve()
    })
    request.pipe(upstream)
  })
}

/** What the kubelet says of a log that it cannot give becomes a Status (GenericHttpResponseChecker of k8s.io/apiserver). */
async function refusal(answer: IncomingMessage): Promise<ApiError> {
  const chunks: Buffer[] = []
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString().trimEnd()
  if (answer.statusCode === 400) return badRequest(text)
  if (answer.statusCode === 404)
    return new ApiError(404, 'NotFound', text === '' ? 'the server could not find the requested resource' : text, {})
  return new ApiError(500, 'InternalError', `Internal error occurred: ${text}`, {
    causes: [{ reason: 'InternalError', message: text }],
  })
}
