import type { KubeObject } from '../../kubeObject.ts'
import { ApiError, badRequest, notFound } from '../apiError.ts'
import type { Context } from '../context.ts'
import type { ResourcePath } from '../http/requestPath.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import { mustFind } from '../write/update.ts'

const nodes = findKind('', 'v1', 'nodes') as Kind

/** Where a kubelet listens, and what is asked of it. */
export interface KubeletLocation {
  host: string
  port: number
  path: string
}

interface Named {
  name: string
}
interface PodSpec {
  containers: Named[]
  initContainers?: Named[]
  ephemeralContainers?: Named[]
  nodeName?: string
}

/** What the kubelet's streaming endpoints call the streams: pkg/kubelet/server, v1.34. */
const streams: readonly (readonly [api: string, kubelet: string])[] = [
  ['stdin', 'input'],
  ['stdout', 'output'],
  ['stderr', 'error'],
  ['tty', 'tty'],
]

/**
 * The kubelet behind a pod's exec, attach, port-forward or log.
 * @throws ApiError 404 for a missing pod or node, 400 for the container or a pod without a node. Null: a log of a pod without a node.
 */
export function locatePod(context: Context, target: ResourcePath, query: URLSearchParams): KubeletLocation | null {
  const { object } = mustFind(context, { ...target, subresource: '' })
  const spec = object['spec'] as PodSpec
  const container =
    target.subresource === 'portforward' ? '' : chooseContainer(object, spec, query.get('container') ?? '')
  if (!spec.nodeName) {
    if (target.subresource === 'log') return null
    throw badRequest(`pod ${target.name} does not have a host assigned`)
  }
  const base = `${encodeURIComponent(target.namespace)}/${encodeURIComponent(target.name)}`
  return { ...endpointOf(context, spec.nodeName), path: pathFor(target.subresource, base, container, query) }
}

function pathFor(subresource: string, base: string, container: string, query: URLSearchParams): string {
  const out = new URLSearchParams()
  if (subresource === 'log') {
    for (const name of [
      'follow',
      'previous',
      'timestamps',
      'sinceSeconds',
      'sinceTime',
      'tailLines',
      'limitBytes',
      'stream',
    ]) {
      const value = query.get(name)
      if (value !== null && value !== '' && value !== 'false') out.set(name, value)
    }
    return withQuery(`/containerLogs/${base}/${container}`, out)
  }
  if (subresource === 'portforward') {
    for (const port of query.getAll('ports')) out.append('port', port)
    return withQuery(`/portForward/${base}`, out)
  }
  for (const command of query.getAll('command')) out.append('command', command)
  for (const [name, kubelet] of streams) if (isSet(query.get(name))) out.set(kubelet, '1')
  return withQuery(`/${subresource}/${base}/${container}`, out)
}

const isSet = (text: string | null) => text !== null && text !== 'false' && text !== '0'
const withQuery = (path: string, query: URLSearchParams) => (query.size === 0 ? path : `${path}?${query.toString()}`)

function chooseContainer(pod: KubeObject, spec: PodSpec, asked: string): string {
  const names = (list: Named[] | undefined) => (list ?? []).map(({ name }) => name)
  const all = [...names(spec.containers), ...names(spec.initContainers), ...names(spec.ephemeralContainers)]
  if (asked !== '') {
    if (all.includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`)
  }
  if (spec.containers.length === 1) return (spec.containers[0] as Named).name
  const others =
    (spec.initContainers ?? []).length === 0
      ? ''
      : ` or one of the init containers: [${names(spec.initContainers).join(' ')}]`
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names(spec.containers).join(' ')}]${others}`,
  )
}

/** By InternalIP and kubeletEndpoint of the node's status. */
export function endpointOf(context: Context, nodeName: string): { host: string; port: number } {
  const node = context.store.of(nodes).byKey.get(keyOf('', nodeName))?.object
  if (node === undefined) throw notFound(nodes, nodeName)
  const status = (node['status'] ?? {}) as {
    addresses?: { type: string; address: string }[]
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } }
  }
  const host = context.kubeletHost ?? status.addresses?.find(({ type }) => type === 'InternalIP')?.address
  const port = status.daemonEndpoints?.kubeletEndpoint?.Port ?? 0
  if (host === undefined) {
    throw new ApiError(
      500,
      'InternalError',
      `Internal error occurred: no preferred addresses found; known addresses: []`,
      {
        causes: [{ reason: 'InternalError', message: 'no preferred addresses found; known addresses: []' }],
      },
    )
  }
  return { host, port }
}

export function dialError({ host, port }: { host: string; port: number }, error: NodeJS.ErrnoException): ApiError {
  const why: Record<string, string> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ETIMEDOUT: 'i/o timeout',
  }
  const message = `error dialing backend: dial tcp ${host}:${port}: ${why[error.code ?? ''] ?? error.message}`
  return new ApiError(500, 'InternalError', message)
}

/** The kubelet took the connection and ended it before it answered. */
export const unanswered = (): ApiError => new ApiError(500, 'InternalError', 'error dialing backend: EOF')
