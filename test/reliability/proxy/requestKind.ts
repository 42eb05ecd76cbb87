/** What a request asks of the API server, as far as faults tell requests apart. */
export type RequestKind =
  'watch' | 'exec' | 'log' | 'list' | 'get' | 'create' | 'patch' | 'delete' | 'discovery' | 'other'

const reads: readonly RequestKind[] = ['list', 'get', 'log', 'discovery', 'other']
const writes: readonly RequestKind[] = ['create', 'patch', 'delete']
/** Requests that end with one answer. */
export const calls: readonly RequestKind[] = [...reads, ...writes]

/** @param path below the server's own prefix, with query */
export function requestKind(method: string, path: string): RequestKind {
  const url = new URL(path, 'http://server')
  if (url.searchParams.get('watch') === 'true') return 'watch'
  if (/\/pods\/[^/]+\/exec$/.test(url.pathname)) return 'exec'
  if (/\/pods\/[^/]+\/log$/.test(url.pathname)) return 'log'
  if (method === 'POST') return 'create'
  if (method === 'PATCH' || method === 'PUT') return 'patch'
  if (method === 'DELETE') return 'delete'
  const match = /\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)(\/.*)?$/.exec(url.pathname)
  if (!match) return 'other'
  const rest = (match[1] ?? '')
    .replace(/^\/namespaces\/[^/]+(?=\/)/, '')
    .split('/')
    .filter(Boolean)
  return rest.length === 0 ? 'discovery' : rest.length === 1 ? 'list' : 'get'
}
