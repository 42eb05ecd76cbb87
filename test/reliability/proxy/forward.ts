import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OpenWatches } from './openWatches.ts'
import type { Act } from './rule.ts'
import type { Upstream } from './upstream.ts'

/** Headers of one connection, and of who asks, which the proxy says for itself. */
const own = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  readonly isWatch: boolean
  /** Ends the client's connection with a reset. */
  reset(): void
}

/** Hands a request on and its answer back, disturbed as `act` says. */
export function forward(upstream: Upstream, watches: OpenWatches, exchange: Exchange, act: Act | null): void {
  const { request, response } = exchange
  if (act?.type === 'delay') {
    const timer = setTimeout(() => forward(upstream, watches, exchange, null), act.ms)
    response.once('close', () => clearTimeout(timer))
    return
  }
  if (act?.type === 'reset' && act.when === 'before') return exchange.reset()
  if (act?.type === 'answer' && act.when === 'before') return answer(response, act.code, act.retryAfter)
  if (act?.type === 'expire-watch' && act.how === 'answer') return answer(response, 410, null)
  const asked = upstream.request({
    method: request.method,
    path: request.url,
    headers: { ...handedOn(request.headers), ...upstream.headers, 'content-length': exchange.body.length },
  })
  response.once('close', () => asked.destroy())
  asked.on('error', () => exchange.reset())
  asked.on('response', (answered) => {
    if (exchange.isWatch) return watches.open(exchange, answered)
    if (act?.type === 'reset' || act?.type === 'answer') return disturbAnswer(exchange, answered, act)
    response.writeHead(answered.statusCode ?? 502, handedOn(answered.headers))
    response.flushHeaders()
    answered.on('error', () => exchange.reset())
    answered.pipe(response)
  })
  asked.end(exchange.body)
}

/** The request was done; its answer is lost, cut or replaced. */
function disturbAnswer(
  exchange: Exchange,
  answered: IncomingMessage,
  act: Extract<Act, { type: 'reset' | 'answer' }>,
): void {
  const chunks: Buffer[] = []
  answered.on('data', (chunk: Buffer) => chunks.push(chunk))
  answered.on('error', () => exchange.reset())
  answered.on('end', () => {
    if (act.type === 'answer') return answer(exchange.response, act.code, act.retryAfter)
    if (act.when === 'after') return exchange.reset()
    const body = Buffer.concat(chunks)
    exchange.response.writeHead(answered.statusCode ?? 502, {
      ...handedOn(answered.headers),
      'content-length': body.length,
    })
    exchange.response.write(body.subarray(0, Math.floor(body.length / 2)), () => exchange.reset())
  })
}

const reasons: Readonly<Record<number, string>> = {
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
}

export const statusOf = (code: number): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: reasons[code],
  message: `injected: ${reasons[code]}`,
  code,
})

function answer(response: ServerResponse, code: number, retryAfter: number | null): void {
  const wait: Record<string, string> = retryAfter === null ? {} : { 'retry-after': String(retryAfter) }
  response.writeHead(code, { 'content-type': 'application/json', ...wait })
  response.end(JSON.stringify(statusOf(code)))
}

const handedOn = (headers: IncomingMessage['headers']): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => value !== undefined && !own.has(name)),
  ) as Record<string, string | string[]>
