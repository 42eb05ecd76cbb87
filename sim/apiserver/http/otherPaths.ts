import type { Context } from '../context.ts'
import { aggregated, apiVersions, groupDocument, groupList, groupsOf, resourceList } from '../discovery/documents.ts'
import { documentHash, documentPaths, documentText } from '../schema/openApiDocuments.ts'
import { authorizePath } from './authorize.ts'
import { negotiate } from './negotiate.ts'
import { send } from './resourceHandler.ts'
import type { HttpRequest } from './resourceHandler.ts'

const json = 'application/json'
const text = 'text/plain; charset=utf-8'
const checks = ['ping', 'log', 'etcd']
const health = new Set(['/readyz', '/livez', '/healthz'])

interface Answer {
  code?: number
  body: string | Buffer | object
  contentType?: string
}

/** Everything that is not the resource API: versions, health, discovery, OpenAPI. @throws ApiError 403 */
export function handleOther(
  context: Context,
  path: string,
  { request, response, query, user, audit }: HttpRequest,
): void {
  authorizePath(context, user, (request.method ?? 'GET').toLowerCase(), path)
  audit.allowed = true
  const host = request.headers.host ?? ''
  const {
    code = 200,
    body,
    contentType,
  } = answer(context, path, request.headers.accept ?? '', query, host) ?? {
    code: 404,
    body: '404 page not found\n',
    contentType: text,
  }
  if (body instanceof Buffer) {
    response.writeHead(code, { 'Content-Type': contentType ?? json, 'Content-Length': body.length }).end(body)
  } else {
    send(response, code, typeof body === 'string' ? body : `${JSON.stringify(body)}\n`, contentType ?? json)
  }
}

function answer(context: Context, path: string, accept: string, query: URLSearchParams, host: string): Answer | null {
  const extensions = context.admission.kyverno !== undefined
  const clean = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  if (clean === '/version') return { body: JSON.stringify(versionInfo(context.kubernetesVersion), null, 2) }
  if (health.has(clean)) return healthOf(clean.slice(1), query.has('verbose'))
  if (clean === '/api' || clean === '/apis') return discovery(clean === '/api', accept, host, extensions)
  if (clean === '/openapi/v2') return openApiV2(accept, context.kubernetesVersion)
  if (clean.startsWith('/openapi/v3')) return openApi(clean.slice('/openapi/v3'.length))
  if (clean === '/' || clean === '')
    return {
      body: {
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          ...groupsOf(extensions).map((group) => `/apis/${group}`),
          '/healthz',
          '/livez',
          '/openapi/v2',
          '/openapi/v3',
          '/readyz',
          '/version',
        ],
      },
    }
  const [, root, group = '', version] = clean.split('/')
  if (root === 'api' && version === undefined) return list(accept, resourceList('', group, extensions))
  if (root === 'apis' && version === undefined && groupsOf(extensions).includes(group))
    return list(accept, groupDocument(group))
  if (root === 'apis' && version !== undefined && clean.split('/').length === 4)
    return list(accept, resourceList(group, version, extensions))
  return null
}

function list(accept: string, body: object | null): Answer | null {
  if (body === null) return null
  negotiate(accept)
  return { body }
}

function discovery(core: boolean, accept: string, host: string, extensions: boolean): Answer {
  const wanted = accept.split(',').map((range) => range.trim())
  for (const range of wanted) {
    const version =
      /as=APIGroupDiscoveryList/.test(range) && range.startsWith(json) ? /v=(v2beta1|v2)\b/.exec(range)?.[1] : undefined
    if (version !== undefined) {
      return {
        body: aggregated(core, version, extensions),
        contentType: `${json};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      }
    }
    if (range === json || range === '*/*') break
  }
  negotiate(accept)
  return { body: core ? apiVersions(host) : groupList(extensions) }
}

function healthOf(name: string, verbose: boolean): Answer {
  return {
    body: verbose ? `${checks.map((check) => `[+]${check} ok\n`).join('')}${name} check passed\n` : 'ok',
    contentType: text,
  }
}

function openApi(path: string): Answer | null {
  if (path === '') {
    const paths = Object.fromEntries(
      documentPaths.map((one) => [one, { serverRelativeURL: `/openapi/v3/${one}?hash=${documentHash(one)}` }]),
    )
    return { body: { paths } }
  }
  const document = documentText(path.slice(1))
  return document === undefined ? null : { body: document }
}

/**
 * The document before v3, without paths: clients since 1.27 read v3 and ask this one only for what v3 does not have. As protobuf (gnostic
 * openapiv2.Document: swagger 1, info 2 with title 1 and version 2, paths 8) where that is asked for.
 */
function openApiV2(accept: string, kubernetesVersion: string): Answer {
  const version = kubernetesVersion.replace(/^v/, '').split('.').slice(0, 2).join('.')
  const field = (number: number, content: Buffer | string): Buffer => {
    const bytes = Buffer.from(content as string)
    return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
  }
  const info = Buffer.concat([field(1, 'Kubernetes'), field(2, version)])
  if (accept.includes('openapi.spec.v2'))
    return {
      body: Buffer.concat([field(1, '2.0'), field(2, info), field(8, '')]),
      contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    }
  return { body: { swagger: '2.0', info: { title: 'Kubernetes', version }, paths: {} } }
}

function versionInfo(gitVersion: string): object {
  const [major = '1', minor = '34'] = gitVersion.replace(/^v/, '').split('.')
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'simulated',
    compiler: 'simulated',
    platform: 'linux/amd64',
  }
}
