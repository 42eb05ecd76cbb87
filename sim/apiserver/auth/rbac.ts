import type { KubeObject } from '../../kubeObject.ts'
import type { User } from '../context.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf, rangeOf } from '../storage/collection.ts'
import type { Store } from '../storage/store.ts'

/*
 * Role-based access control: plugin/pkg/auth/authorizer/rbac and pkg/registry/rbac/validation/rule.go, v1.34.
 */

export interface Rule {
  verbs?: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

export interface ResourceAction {
  verb: string
  group: string
  resource: string
  subresource: string
  namespace: string
  name: string
}

export interface PathAction {
  verb: string
  path: string
}

export type Action = ResourceAction | PathAction

const rbacKind = (plural: string) => findKind('rbac.authorization.k8s.io', 'v1', plural) as Kind
const roles = rbacKind('roles')
const clusterRoles = rbacKind('clusterroles')
const roleBindings = rbacKind('rolebindings')
const clusterRoleBindings = rbacKind('clusterrolebindings')

export function isAllowed(store: Store, user: User, action: Action): boolean {
  if (user.groups.includes('system:masters')) return true
  const namespace = 'namespace' in action ? action.namespace : ''
  for (const rule of rulesOf(store, user, namespace)) if (permits(rule, action)) return true
  return false
}

/** All rules that hold for the user in a namespace ('': cluster-wide only). */
export function* rulesOf(store: Store, user: User, namespace: string): Generator<Rule> {
  for (const { object } of store.of(clusterRoleBindings).byKey.values()) {
    if (binds(object, user, '')) yield* rulesOfRole(store, object, '')
  }
  if (namespace === '') return
  const { keys, byKey } = store.of(roleBindings)
  for (const key of keys.slice(...rangeOf(keys, namespace))) {
    const object = byKey.get(key)?.object as KubeObject
    if (binds(object, user, namespace)) yield* rulesOfRole(store, object, namespace)
  }
}

function binds(binding: KubeObject, user: User, namespace: string): boolean {
  const subjects = (binding['subjects'] ?? []) as { kind: string; name: string; namespace?: string }[]
  return subjects.some((subject) => {
    if (subject.kind === 'User') return subject.name === user.name
    if (subject.kind === 'Group') return user.groups.includes(subject.name)
    return user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`
  })
}

function rulesOfRole(store: Store, binding: KubeObject, namespace: string): Rule[] {
  const { kind, name } = binding['roleRef'] as { kind: string; name: string }
  const role =
    kind === 'ClusterRole'
      ? store.of(clusterRoles).byKey.get(keyOf('', name))
      : store.of(roles).byKey.get(keyOf(namespace, name))
  return (role?.object['rules'] as Rule[] | undefined) ?? []
}

export function permits(rule: Rule, action: Action): boolean {
  const has = (list: string[] | undefined, value: string) =>
    list !== undefined && (list.includes('*') || list.includes(value))
  if (!has(rule.verbs, action.verb)) return false
  if ('path' in action) {
    return (rule.nonResourceURLs ?? []).some(
      (url) => url === '*' || url === action.path || (url.endsWith('*') && action.path.startsWith(url.slice(0, -1))),
    )
  }
  const resource = action.subresource === '' ? action.resource : `${action.resource}/${action.subresource}`
  const resources = rule.resources ?? []
  return (
    has(rule.apiGroups, action.group) &&
    (resources.includes('*') ||
      resources.includes(resource) ||
      (action.subresource !== '' && resources.includes(`*/${action.subresource}`))) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames as string[]).includes(action.name))
  )
}
