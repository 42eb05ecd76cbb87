import type { AccessRule } from '../../engine/access/accessRule.ts'

/** What these tests read of an event of an API server's audit log (audit.k8s.io/v1). */
export interface AuditedRequest {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly resource: string
    readonly apiGroup?: string
    readonly subresource?: string
  }
  readonly annotations?: Readonly<Record<string, string>>
}

/** Rights as `verb resource[/sub-resource][.group]`. */
export const rightsOf = (rules: readonly AccessRule[]): string[] => [
  ...new Set(rules.flatMap(({ verbs, resource, group }) => verbs.map((verb) => right(verb, resource, group)))),
]

const right = (verb: string, resource: string, group = ''): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`

export interface Asked {
  /** Rights that were used on objects, of which no role of every cluster (discovery, own rights) is the source. */
  readonly used: readonly string[]
  /** Requests that RBAC refused. */
  readonly forbidden: readonly string[]
}

/** Answered for every authenticated user: system:basic-user. */
const reviews = new Set(['selfsubjectaccessreviews', 'selfsubjectreviews', 'selfsubjectrulesreviews'])

/** What one user asked. */
export function askedBy(username: string, trail: readonly AuditedRequest[]): Asked {
  const used = new Set<string>()
  const forbidden: string[] = []
  for (const { user, verb, requestURI, objectRef, annotations } of trail) {
    if (user.username !== username) continue
    if (annotations?.['authorization.k8s.io/decision'] !== 'allow') forbidden.push(`${verb} ${requestURI}`)
    if (objectRef === undefined || reviews.has(objectRef.resource)) continue
    const { resource, subresource, apiGroup } = objectRef
    used.add(right(verb, subresource === undefined ? resource : `${resource}/${subresource}`, apiGroup))
  }
  return { used: [...used].sort(), forbidden }
}
