import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'

/** A path of the resource API, taken apart. */
export interface ResourcePath {
  group: string
  version: string
  kind: Kind
  namespace: string
  name: string
  subresource: string
  /** What follows the sub-resource: the path behind proxy. */
  rest: string
}

/** Null when the path is none of the resource API, or names a resource that is not served. */
export function parseResourcePath(path: string): ResourcePath | null {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const root = parts.shift()
  if (root !== 'api' && root !== 'apis') return null
  const group = root === 'api' ? '' : (parts.shift() ?? '')
  const version = parts.shift() ?? ''
  let namespace = ''
  // /namespaces/NAME[/status|finalize] is the namespace itself, anything else behind it lies in the namespace.
  if (parts[0] === 'namespaces' && parts.length > 2 && !(group === '' && isOfNamespace(parts[2]))) {
    namespace = parts[1] as string
    parts.splice(0, 2)
  }
  const [plural, name = '', subresource = '', ...rest] = parts
  if (plural === undefined) return null
  const kind = findKind(group, version, plural)
  if (kind === undefined) return null
  if (namespace !== '' && !kind.namespaced) return null
  if (name !== '' && kind.namespaced && namespace === '') return null
  if (subresource !== '' && !kind.subresources.some((one) => one.name === subresource)) return null
  if (rest.length > 0 && subresource !== 'proxy') return null
  const own = kind.plural === 'namespaces' ? name : namespace
  return { group, version, kind, namespace: own, name, subresource, rest: rest.join('/') }
}

const isOfNamespace = (part: string | undefined) => part === 'status' || part === 'finalize'
