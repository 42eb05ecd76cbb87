import { errorByName } from '../errorByName.ts'

/** The request that failed, in the field's words: `get pods/log x in namespace y`. */
export interface ApiRequest {
  method: string
  /** Path below the server, with query. */
  path: string
}

/** metav1.Status of an answer, as the server wrote it. */
export interface ApiStatus {
  code: number
  reason: string
  message: string
  causes: readonly { reason: string; field: string; message: string }[]
}

/**
 * The API server said no, or could not be asked. `message` is one line for an operator; `status` has the server's own
 * words, null where no Kubernetes API answered (then `code` is the HTTP code of whoever did, or 0 for nobody).
 */
export class ApiError extends Error {
  static override readonly [Symbol.hasInstance] = errorByName('ApiError')
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly status: ApiStatus | null
  readonly request: ApiRequest
  /** Seconds of a Retry-After header. */
  readonly retryAfter: number | null
  /** True when the request never reached a server: repeating it cannot do anything twice. */
  readonly neverSent: boolean

  constructor(
    message: string,
    of: {
      code: number
      reason: string
      request: ApiRequest
      status?: ApiStatus | null
      retryAfter?: number | null
      neverSent?: boolean
      cause?: unknown
    },
  ) {
    super(message, of.cause === undefined ? {} : { cause: of.cause })
    this.code = of.code
    this.reason = of.reason
    this.status = of.status ?? null
    this.request = of.request
    this.retryAfter = of.retryAfter ?? null
    this.neverSent = of.neverSent ?? false
  }

  /** Field errors of a 422, empty otherwise. */
  get causes(): ApiStatus['causes'] {
    return this.status?.causes ?? []
  }
}

/** An ApiError from an HTTP answer that is not 2xx, or not Kubernetes'. */
export function errorOfAnswer(server: string, request: ApiRequest, answer: Answer): ApiError {
  const status = readStatus(answer)
  const retryAfter = numberOrNull(answer.headers['retry-after'])
  if (!status) {
    const reason = answer.code === 401 || answer.code === 403 ? 'Proxy' : 'NotKubernetes'
    return new ApiError(notKubernetes(server, answer), { code: answer.code, reason, request, retryAfter })
  }
  const { code, reason } = status
  return new ApiError(explain(server, request, status), { code, reason, request, status, retryAfter })
}

interface Answer {
  code: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
}

function explain(server: string, request: ApiRequest, status: ApiStatus): string {
  const said = oneLine(status.message)
  if (status.code === 401) {
    return `${server} does not accept the credentials of the kubeconfig (401 Unauthorized): log in again, or take another context`
  }
  if (status.code === 403 && /\bcannot \w+ resource\b/.test(said)) return `not permitted: ${said}`
  return `${describeRequest(request)}: ${status.code} ${status.reason || 'error'}: ${said}`
}

/** A web page, a redirection, a load balancer's text: whatever answers under this address, it is no API server. */
function notKubernetes(server: string, { code, headers, text }: Answer): string {
  const type = String(headers['content-type'] ?? 'no content type').split(';')[0]
  const title = text.match(/<title[^>]*>([^<]*)/i)?.[1]
  const said = oneLine(title ?? text).slice(0, 120)
  const location = code >= 300 && code < 400 ? headers['location'] : undefined
  if (location !== undefined) return misled(server, `a redirection to ${String(location)}`)
  if (code < 300 && (type === 'text/html' || title !== undefined)) return misled(server, `a web page (${said})`)
  return `the server at ${server} does not speak the Kubernetes API: it answered ${code} with ${type}${said ? ` (${said})` : ''}`
}

const misled = (server: string, what: string): string =>
  `the server at ${server} answered with ${what}, not with the Kubernetes API: is this the address of a proxy or of a login page?`

/** metav1.Status of an answer, or null when the body is something else. */
function readStatus(answer: Answer): ApiStatus | null {
  let body: unknown
  try {
    body = JSON.parse(answer.text)
  } catch {
    // The API server's own plain-text answers: 404 page not found, and overload (429) before a handler runs.
    if (answer.code < 400 || !isPlainText(answer) || answer.text.length > 1000) return null
    return {
      code: answer.code,
      reason: reasonOf(answer.code),
      message: answer.text.trim() || reasonOf(answer.code),
      causes: [],
    }
  }
  const status = body as {
    kind?: string
    code?: number
    reason?: string
    message?: string
    details?: { causes?: Cause[] }
  }
  if (status?.kind !== 'Status') return null
  return {
    code: status.code ?? answer.code,
    reason: status.reason ?? reasonOf(answer.code),
    message: status.message ?? '',
    causes: (status.details?.causes ?? []).map((cause) => ({
      reason: cause.reason ?? '',
      field: cause.field ?? '',
      message: cause.message ?? '',
    })),
  }
}

interface Cause {
  reason?: string
  field?: string
  message?: string
}

const isPlainText = (answer: Answer): boolean =>
  answer.text === '' || String(answer.headers['content-type'] ?? '').startsWith('text/plain')

const reasonOf = (code: number): string =>
  ({ 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict', 410: 'Expired' })[
    code
  ] ??
  { 429: 'TooManyRequests', 500: 'InternalError', 502: 'BadGateway', 503: 'ServiceUnavailable', 504: 'Timeout' }[
    code
  ] ??
  ''

/** `GET /api/v1/namespaces/n/pods/p` as `get pods p in namespace n`. */
export function describeRequest(request: ApiRequest): string {
  const path = request.path.split('?')[0] ?? ''
  const match = path.match(
    /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/,
  )
  if (!match) return `${request.method} ${path}`
  const [, namespace, resource, name, subresource] = match
  const verbs: Record<string, string> = {
    GET: name ? 'get' : 'list',
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  }
  const what = subresource ? `${resource}/${subresource}` : resource
  return `${verbs[request.method] ?? request.method} ${what}${name ? ` ${name}` : ''}${namespace ? ` in namespace ${namespace}` : ''}`
}

/** Failures before the first byte of a request. */
const unsent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** An ApiError from a failure to get any answer: refused, reset, TLS, DNS, deadline. */
export function errorOfFailure(server: string, request: ApiRequest, failure: unknown): ApiError {
  const { code, message } = rootCause(failure)
  const [reason, text] = explainFailure(server, code, message)
  const neverSent = reason === 'Tls' || unsent.has(code) || /before secure TLS connection was established/.test(message)
  return new ApiError(text, { code: 0, reason, request, neverSent, cause: failure })
}

function explainFailure(server: string, code: string, message: string): [reason: string, text: string] {
  if (code === 'ECONNREFUSED')
    return [
      'Unreachable',
      `nothing listens at ${server} (connection refused): is the API server up, is the address right?`,
    ]
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return ['Unreachable', `the host name of ${server} does not resolve (${code})`]
  if (/TIMEDOUT|TIMEOUT/.test(code)) return ['Timeout', `no answer from ${server} in time (${code})`]
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED/.test(code)) {
    return [
      'Tls',
      `the certificate of ${server} is not signed by the certificate-authority of the kubeconfig (${code})`,
    ]
  }
  if (code === 'CERT_NOT_YET_VALID') {
    const now = new Date().toISOString().slice(0, 19)
    return [
      'Tls',
      `the certificate of ${server} is not valid yet at ${now}Z, by the clock of this machine: is it right?`,
    ]
  }
  if (code === 'CERT_HAS_EXPIRED') return ['Tls', `the certificate of ${server} has expired`]
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [
      'Tls',
      `the certificate of ${server} is for another name: ${oneLine(message)}; tls-server-name in the kubeconfig says which to expect`,
    ]
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return ['Tls', `no TLS with ${server}: ${oneLine(message)}`]
  }
  return ['Connection', `the connection to ${server} broke: ${oneLine(message)}${code ? ` (${code})` : ''}`]
}

/** The innermost error says what happened; undici, ws and AggregateError wrap it. */
function rootCause(failure: unknown): { code: string; message: string } {
  let error = failure as Wrapping | undefined
  for (let depth = 0, next = inner(error); next && depth < 10; depth++, next = inner(error)) error = next
  return { code: typeof error?.code === 'string' ? error.code : '', message: error?.message || String(failure) }
}

interface Wrapping {
  code?: unknown
  message?: string
  cause?: unknown
  errors?: unknown[]
}

const inner = (error: Wrapping | undefined): Wrapping | null => {
  const found = error?.cause ?? error?.errors?.[0]
  return typeof found === 'object' ? found : null
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

const numberOrNull = (header: string | string[] | undefined): number | null => {
  const seconds = Number(Array.isArray(header) ? header[0] : header)
  return header !== undefined && Number.isFinite(seconds) ? seconds : null
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && error.status !== null

/** Somebody has made an object of this name. */
export const isTaken = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason === 'AlreadyExists'
