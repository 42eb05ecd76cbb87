import { ApiError } from '../apiError.ts'
import { anonymous } from '../auth/authority.ts'
import { isAllowed } from '../auth/rbac.ts'
import type { Context, User } from '../context.ts'
import type { ResourcePath } from './requestPath.ts'

const prefix = '/u/'

/** The path prefix that carries a token: `/u/TOKEN`. */
export const credentialPrefix = (token: string): string => `${prefix}${token}`

/**
 * kubectl and all of client-go send no credentials over plain HTTP (clientcmd: "only try to read the auth information if we are
 * secure"), so a token may also stand before the path. A header goes before it.
 */
export function splitCredentials(url: string): { url: string; token: string | null } {
  if (!url.startsWith(prefix)) return { url, token: null }
  const end = url.indexOf('/', prefix.length)
  return end < 0
    ? { url: '/', token: url.slice(prefix.length) }
    : { url: url.slice(end), token: url.slice(prefix.length, end) }
}

/** @throws ApiError 401 for a token that nobody holds. */
export function authenticate(context: Context, header: string | undefined, pathToken: string | null): User {
  if (header === undefined || header === '') {
    if (pathToken === null) return anonymous
    return authenticate(context, `Bearer ${pathToken}`, null)
  }
  const user = header.startsWith('Bearer ') ? context.authority.userOf(header.slice('Bearer '.length)) : null
  if (user === null) throw new ApiError(401, 'Unauthorized', 'Unauthorized')
  return user
}

/** @throws ApiError 403 in the words of the real server. */
export function authorizeResource(
  context: Context,
  user: User,
  verb: string,
  { kind, group, namespace, name, subresource }: ResourcePath,
): void {
  const action = { verb, group, resource: kind.plural, subresource, namespace, name }
  if (isAllowed(context.store, user, action)) return
  const qualified = group === '' ? kind.plural : `${kind.plural}.${group}`
  const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  throw new ApiError(
    403,
    'Forbidden',
    `${qualified}${name === '' ? '' : ` ${JSON.stringify(name)}`} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${scope}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: kind.plural },
  )
}

/** The minor version whose API server asks a WebSocket upgrade for create too (gate AuthorizePodWebsocketUpgradeCreatePermission, beta and on). */
const createAskedSince = 35

/**
 * Exec, attach and port-forward by GET need create besides: pkg/registry/core/pod/rest/authorize.go, v1.35. The words are RBAC's own reason, and it
 * gives none. @throws ApiError 403
 */
export function authorizeCreate(context: Context, user: User, verb: string, target: ResourcePath): void {
  const minor = Number(/^v1\.(\d+)/.exec(context.kubernetesVersion)?.[1])
  if (verb === 'create' || minor < createAskedSince) return
  const { kind, group, namespace, name, subresource } = target
  if (isAllowed(context.store, user, { verb: 'create', group, resource: kind.plural, subresource, namespace, name }))
    return
  throw new ApiError(403, 'Forbidden', `${kind.plural} ${JSON.stringify(name)} is forbidden: `, {
    name,
    kind: kind.plural,
  })
}

/**
 * Impersonate-User and Impersonate-Group (kubectl --as). @throws ApiError 403 for who may not.
 * @param groups one or more, as the header was repeated
 */
export function impersonate(context: Context, user: User, name: string | undefined, groups: readonly string[]): User {
  if (name === undefined) {
    if (groups.length > 0) throw new ApiError(400, 'BadRequest', 'requested [{Group}] without impersonating a user')
    return user
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  const resource = account === null ? 'users' : 'serviceaccounts'
  const action = {
    verb: 'impersonate',
    group: '',
    resource,
    subresource: '',
    namespace: account?.[1] ?? '',
    name: account?.[2] ?? name,
  }
  if (!isAllowed(context.store, user, action)) {
    const scope = account === null ? 'at the cluster scope' : `in the namespace ${JSON.stringify(account[1])}`
    throw new ApiError(
      403,
      'Forbidden',
      `${resource} ${JSON.stringify(action.name)} is forbidden: User ${JSON.stringify(user.name)} cannot impersonate resource ${JSON.stringify(resource)} in API group "" ${scope}`,
      { name: action.name, kind: resource },
    )
  }
  const own = account === null ? [] : ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]
  return {
    name,
    groups: [
      ...(groups.length > 0 ? groups : own),
      name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated',
    ],
  }
}

export function authorizePath(context: Context, user: User, verb: string, path: string): void {
  if (isAllowed(context.store, user, { verb, path })) return
  throw new ApiError(
    403,
    'Forbidden',
    `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}`,
    {},
  )
}
