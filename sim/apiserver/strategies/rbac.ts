import type { Cause } from '../apiError.ts'
import type { Rule } from '../auth/rbac.ts'
import { sameJson } from '../json.ts'
import type { Strategy } from '../strategies.ts'
import { invalidValue, notSupported, required } from '../validation/fieldErrors.ts'

/*
 * Roles and bindings: pkg/apis/rbac/validation, v1.34.
 */

export const roleStrategy: Strategy = {
  validate(object) {
    return ((object['rules'] ?? []) as Rule[]).flatMap((rule, index) => {
      const path = `rules[${index}]`
      const causes: Cause[] = []
      if ((rule.verbs ?? []).length === 0)
        causes.push(required(`${path}.verbs`, 'verbs must contain at least one value'))
      if ((rule.nonResourceURLs ?? []).length > 0) {
        if (object.kind === 'Role')
          causes.push(
            invalidValue(
              `${path}.nonResourceURLs`,
              rule.nonResourceURLs,
              'namespaced rules cannot apply to non-resource URLs',
            ),
          )
        return causes
      }
      if ((rule.apiGroups ?? []).length === 0)
        causes.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
      if ((rule.resources ?? []).length === 0)
        causes.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
      return causes
    })
  },
}

export const roleBindingStrategy: Strategy = {
  validate(object) {
    const {
      apiGroup,
      kind = '',
      name = '',
    } = (object['roleRef'] ?? {}) as { apiGroup?: string; kind?: string; name?: string }
    const causes: Cause[] = []
    if (apiGroup !== 'rbac.authorization.k8s.io')
      causes.push(notSupported('roleRef.apiGroup', apiGroup ?? '', ['rbac.authorization.k8s.io']))
    const kinds = object.kind === 'RoleBinding' ? ['ClusterRole', 'Role'] : ['ClusterRole']
    if (!kinds.includes(kind)) causes.push(notSupported('roleRef.kind', kind, kinds))
    if (name === '') causes.push(required('roleRef.name'))
    ;((object['subjects'] ?? []) as { kind?: string; name?: string; namespace?: string }[]).forEach(
      (subject, index) => {
        const path = `subjects[${index}]`
        if (!subject.name) causes.push(required(`${path}.name`))
        if (!['ServiceAccount', 'User', 'Group'].includes(subject.kind ?? ''))
          causes.push(notSupported(`${path}.kind`, subject.kind ?? '', ['Group', 'ServiceAccount', 'User']))
        if (subject.kind === 'ServiceAccount' && object.kind === 'ClusterRoleBinding' && !subject.namespace)
          causes.push(required(`${path}.namespace`))
      },
    )
    return causes
  },
  validateUpdate: (object, old) =>
    sameJson(object['roleRef'], old['roleRef'])
      ? []
      : [invalidValue('roleRef', object['roleRef'], 'cannot change roleRef')],
}
