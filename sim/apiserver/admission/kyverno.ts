import type { KubeObject } from '../../kubeObject.ts'
import { badRequest } from '../apiError.ts'
import type { Context } from '../context.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import type { Admission, AdmissionRequest } from './chain.ts'

/*
 * Kyverno's webhooks, as far as pods go: match by kind and namespaceSelector, mutate by patchStrategicMerge with add-if-not-present anchors, validate by
 * pattern with the anchors =( ) and X( ). Source: Kyverno 1.13, pkg/engine/anchor and pkg/webhooks.
 */

type Json = Record<string, unknown>
interface Rule {
  readonly name: string
  readonly match?: { readonly any?: readonly { readonly resources?: Match }[] }
  readonly mutate?: { readonly patchStrategicMerge?: Json }
  readonly validate?: { readonly message?: string; readonly pattern?: Json }
}
interface Match {
  readonly kinds?: readonly string[]
  readonly namespaceSelector?: { readonly matchLabels?: Readonly<Record<string, string>> }
}

const policies = findKind('kyverno.io', 'v1', 'clusterpolicies') as Kind
const namespaces = findKind('', 'v1', 'namespaces') as Kind

/** Before the plug-ins of the API server, which run again for what a webhook changes. */
export const kyvernoFirst: Admission = {
  mutate(context, request) {
    if (context.admission.kyverno && request.operation === 'CREATE' && request.kind === policies) becomesReady(request)
    mutateAt(context, request, 'first')
  },
}

/** Kyverno's controller says so once its webhooks know the rules (pkg/controllers/webhook); here at once. */
function becomesReady({ object }: AdmissionRequest): void {
  const condition = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'Ready' }
  object['status'] = { conditions: [{ ...condition, lastTransitionTime: new Date(0).toISOString() }] }
}

/** After them, and its validating webhook. */
export const kyvernoLate: Admission = {
  mutate: (context, request) => mutateAt(context, request, 'late'),
  validate(context, request) {
    for (const { policy, rule } of rulesFor(context, request)) {
      const { pattern } = rule.validate ?? {}
      const failedAt = pattern === undefined ? null : mismatch(request.object, pattern, '')
      if (failedAt !== null) throw refused(request.object, policy, rule, failedAt)
    }
  },
}

function mutateAt(context: Context, request: AdmissionRequest, when: 'first' | 'late'): void {
  if (context.admission.kyverno?.mutates !== when) return
  for (const { rule } of rulesFor(context, request)) {
    const patch = rule.mutate?.patchStrategicMerge
    if (patch !== undefined) merge(request.object, patch)
  }
}

function rulesFor(context: Context, request: AdmissionRequest): { policy: KubeObject; rule: Rule }[] {
  if (!context.admission.kyverno || request.operation !== 'CREATE' || request.subresource !== '') return []
  const labels = context.store.of(namespaces).byKey.get(keyOf('', request.namespace))?.object.metadata.labels ?? {}
  return [...context.store.of(policies).byKey.values()].flatMap(({ object: policy }) =>
    ((policy['spec'] as { rules?: Rule[] } | undefined)?.rules ?? [])
      .filter(({ match }) =>
        (match?.any ?? []).some(({ resources }) => resources && matches(resources, request.kind, labels)),
      )
      .map((rule) => ({ policy, rule })),
  )
}

function matches(
  { kinds = [], namespaceSelector }: Match,
  kind: Kind,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(namespaceSelector?.matchLabels ?? {})
  return kinds.includes(kind.kind) && wanted.every(([label, value]) => labels[label] === value)
}

const anchor = /^(\+|=|X)\((.+)\)$/

function merge(into: Json, patch: Json): void {
  for (const [key, value] of Object.entries(patch)) {
    const [, sign, name = key] = anchor.exec(key) ?? []
    if (sign === '+' && into[name] !== undefined) continue
    const old = into[name]
    if (isObject(old) && isObject(value)) merge(old, value)
    else if (isObject(value)) merge((into[name] = {}), value)
    else into[name] = value
  }
}

/** Where a resource does not fit a pattern; null where it does. */
function mismatch(resource: unknown, pattern: unknown, path: string): string | null {
  if (Array.isArray(pattern)) {
    const items = Array.isArray(resource) ? resource : []
    return (
      items.map((item, index) => mismatch(item, pattern[0], `${path}/${index}`)).find((each) => each !== null) ?? null
    )
  }
  if (!isObject(pattern)) return scalarFits(resource, pattern) ? null : `${path}/`
  if (!isObject(resource)) return `${path}/`
  for (const [key, value] of Object.entries(pattern)) {
    const [, sign, name = key] = anchor.exec(key) ?? []
    const there = resource[name] !== undefined
    if (sign === 'X' && there) return `${path}/${name}/`
    if (sign === 'X' || (sign === '=' && !there)) continue
    const below = mismatch(resource[name], value, `${path}/${name}`)
    if (below !== null) return below
  }
  return null
}

function scalarFits(value: unknown, pattern: unknown): boolean {
  if (typeof pattern !== 'string') return value === pattern
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '')
  return pattern.startsWith('!') ? text !== pattern.slice(1) : text === pattern
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function refused({ metadata }: KubeObject, policy: KubeObject, rule: Rule, path: string): Error {
  const where = `resource Pod/${metadata.namespace ?? ''}/${metadata.name} was blocked due to the following policies `
  const why = `validation error: ${rule.validate?.message ?? ''} rule ${rule.name} failed at path ${path}`
  return badRequest(
    `admission webhook "validate.kyverno.svc-fail" denied the request: \n\n${where}\n\n${policy.metadata.name}:\n  ${rule.name}: '${why}'\n`,
  )
}
