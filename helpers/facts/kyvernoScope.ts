import { known, unknown, type Fact } from './fact.ts'

/** A rule of a ClusterPolicy, as far as it is read. */
export interface Rule {
  readonly name?: string
  readonly match?: unknown
  readonly exclude?: unknown
  readonly preconditions?: unknown
  readonly celPreconditions?: unknown
  readonly mutate?: {
    readonly patchStrategicMerge?: { readonly spec?: Record<string, unknown> }
    readonly patchesJson6902?: string
  }
}

type Json = Readonly<Record<string, unknown>>

/**
 * The labels of the namespaces whose pods a rule is about; empty: all. Leaving out namespaces that are none of the suite's makes no difference to it. A rule
 * that chooses in another way than by kinds and the labels of a namespaceSelector is not understood, which is said: a guess would look for its doing where it does nothing. Source: Kyverno's documentation, "Selecting Resources",
 * "Preconditions" and "Matching Conditions".
 * @param webhook spec.webhookConfiguration of the policy
 * @param which the rule, in words
 */
export function namespaceLabels(rule: Rule, webhook: unknown, which: string): Fact<Readonly<Record<string, string>>> {
  const other = otherChoice(rule, webhook)
  if (other !== null) return unknown(`${which} chooses its pods by ${other}, which is not understood`)
  const labels = selectorOf(rule).matchLabels ?? {}
  return known(
    labels,
    Object.keys(labels).length > 0 ? `the namespaceSelector of ${which}` : `${which} has no selector`,
  )
}

/** What a rule chooses by beside kinds and matchLabels of a namespaceSelector; null when nothing. */
function otherChoice(rule: Rule, webhook: unknown): string | null {
  const { match, exclude, preconditions, celPreconditions, mutate } = rule
  const { matchConditions } = (webhook ?? {}) as { matchConditions?: unknown }
  const left = filtersOf(exclude).every(isOfOthers) ? {} : { exclude }
  const beside = furtherKey({ ...left, preconditions, celPreconditions, matchConditions }, [])
  if (beside !== null) return beside
  if (/"<?\(/.test(JSON.stringify(mutate?.patchStrategicMerge ?? {}))) return 'an anchor of its patch'
  const filters = filtersOf(match)
  if (filters.length > 1) return 'several alternatives'
  const resources = resourcesOf(rule)
  const further =
    furtherKey(filters[0] ?? {}, ['resources']) ??
    furtherKey(resources, ['kinds', 'operations', 'namespaceSelector']) ??
    furtherKey(selectorOf(rule), ['matchLabels'])
  if (further !== null) return further
  const { kinds = [], operations } = resources as { kinds?: readonly string[]; operations?: readonly string[] }
  if (!kinds.some((kind) => /^(v1\/)?Pod$/.test(kind))) return `kinds ${JSON.stringify(kinds)}`
  if (operations && !operations.includes('CREATE')) return `operations ${JSON.stringify(operations)}`
  const labels = selectorOf(rule).matchLabels ?? {}
  // The API server gives each namespace its own name there, whatever is asked for.
  if ('kubernetes.io/metadata.name' in labels) return 'the name of a namespace'
  // Wildcards and variables: no namespace can have such a label.
  const pattern = Object.entries(labels).find((label) => /[*?{]/.test(label.join('')))
  return pattern ? `the pattern ${pattern.join(': ')}` : null
}

/** How the namespaces of every run begin (engine/cluster/namespaces.ts). */
const ownNamespaces = 'kata-conformance-'

/** A filter by names of namespaces, none of which a run can have: kube-system, say. */
function isOfOthers(filter: Json): boolean {
  const { namespaces = [], ...beside } = (filter['resources'] ?? {}) as { namespaces?: readonly string[] } & Json
  const further = furtherKey(filter, ['resources']) ?? furtherKey(beside, ['kinds'])
  return further === null && namespaces.length > 0 && !namespaces.some(mayBeOwn)
}

/** Compared up to the first wildcard or variable. */
function mayBeOwn(pattern: string): boolean {
  const literal = pattern.replace(/[*?{].*$/, '')
  return literal === pattern ? pattern.startsWith(ownNamespaces) : overlap(literal, ownNamespaces)
}

const overlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

/** match or exclude itself, or its alternatives. */
function filtersOf(match: unknown): readonly Json[] {
  const { any = [], all = [], ...plain } = (match ?? {}) as { any?: readonly Json[]; all?: readonly Json[] } & Json
  return [...any, ...all, plain].filter((filter) => !isEmpty(filter))
}

const resourcesOf = ({ match }: Rule): Json => (filtersOf(match)[0]?.['resources'] ?? {}) as Json

type Selector = Json & { readonly matchLabels?: Readonly<Record<string, string>> }

const selectorOf = (rule: Rule): Selector => (resourcesOf(rule)['namespaceSelector'] ?? {}) as Selector

/** The first field beside these that says anything. */
const furtherKey = (object: Json, understood: readonly string[]): string | null =>
  Object.keys(object).find((key) => !understood.includes(key) && !isEmpty(object[key])) ?? null

/** The API server fills fields that nobody wrote with empty objects. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.values(value).every(isEmpty))
