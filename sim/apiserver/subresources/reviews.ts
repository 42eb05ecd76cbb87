import type { KubeObject } from '../../kubeObject.ts'
import type { Status } from '../apiError.ts'
import { badRequest, noSuchResource } from '../apiError.ts'
import { isAllowed, rulesOf } from '../auth/rbac.ts'
import type { Action } from '../auth/rbac.ts'
import type { Context, User } from '../context.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { trackUpdate } from '../managedFields/track.ts'
import { decodeObject } from '../write/request.ts'
import type { Target, WriteOptions } from '../write/request.ts'
import { bind } from './objects.ts'

/*
 * Kinds that are answered and not stored: reviews of authorization and authentication, and bindings.
 */

interface AccessSpec {
  resourceAttributes?: {
    verb?: string
    group?: string
    resource?: string
    subresource?: string
    namespace?: string
    name?: string
  }
  nonResourceAttributes?: { verb?: string; path?: string }
  user?: string
  groups?: string[]
}

export function answerVirtual(
  context: Context,
  target: Target,
  body: unknown,
  options: WriteOptions,
): KubeObject | Status {
  const { kind } = target
  if (kind.plural === 'bindings') {
    const binding = body as KubeObject
    const pods = findKind('', 'v1', 'pods') as Kind
    return bind(
      context,
      { kind: pods, namespace: target.namespace, name: binding.metadata.name, subresource: 'binding' },
      binding,
      options,
      [],
    )
  }
  const review = decodeObject(kind, body, options, [])
  if (kind.plural !== 'selfsubjectrulesreviews')
    trackUpdate(kind, null, review, options.fieldManager, '', context.clock)
  switch (kind.plural) {
    case 'selfsubjectaccessreviews':
      return withStatus(review, {
        allowed: isAllowed(context.store, options.user, actionOf(review['spec'] as AccessSpec)),
      })
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews': {
      const spec = review['spec'] as AccessSpec
      return withStatus(review, {
        allowed: isAllowed(context.store, { name: spec.user ?? '', groups: spec.groups ?? [] }, actionOf(spec)),
      })
    }
    case 'selfsubjectrulesreviews': {
      const namespace = (review['spec'] as { namespace?: string } | undefined)?.namespace ?? ''
      if (namespace === '') throw badRequest('no namespace on request')
      return { ...review, spec: {}, status: rulesStatus(context, options.user, namespace) }
    }
    case 'selfsubjectreviews':
      return withStatus(review, { userInfo: userInfo(options.user) })
    case 'tokenreviews': {
      const user = context.authority.userOf((review['spec'] as { token?: string }).token ?? '')
      return withStatus(
        review,
        user === null ? { authenticated: false } : { authenticated: true, user: userInfo(user) },
      )
    }
    default:
      throw noSuchResource()
  }
}

const withStatus = (review: KubeObject, status: object): KubeObject => ({ ...review, status })

const userInfo = ({ name, groups, uid }: User) => ({ username: name, ...(uid === undefined ? {} : { uid }), groups })

function actionOf({ resourceAttributes, nonResourceAttributes }: AccessSpec): Action {
  if (resourceAttributes === undefined)
    return { verb: nonResourceAttributes?.verb ?? '', path: nonResourceAttributes?.path ?? '' }
  const { verb = '', group = '', resource = '', subresource = '', namespace = '', name = '' } = resourceAttributes
  return { verb, group, resource, subresource, namespace, name }
}

function rulesStatus(context: Context, user: User, namespace: string): object {
  const rules = [...rulesOf(context.store, user, namespace)]
  if (user.groups.includes('system:masters') && rules.length === 0) {
    rules.push({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] })
  }
  return {
    resourceRules: rules
      .filter(({ resources }) => resources !== undefined)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames === undefined ? {} : { resourceNames }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs !== undefined)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}
