import type { KubeObject } from '../../kubeObject.ts'
import { forbidden, invalid } from '../apiError.ts'
import type { Context } from '../context.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { policyOf, show, violations, wrongLabels, type Level, type Mode, type Policy } from '../podSecurity/evaluate.ts'
import type { Json } from '../podSecurity/check.ts'
import { keyOf, rangeOf } from '../storage/collection.ts'
import { invalidValue } from '../validation/fieldErrors.ts'
import type { Admission, AdmissionRequest } from './chain.ts'
import { podName } from './serviceAccount.ts'

const namespaces = findKind('', 'v1', 'namespaces') as Kind
const pods = findKind('', 'v1', 'pods') as Kind
/** Where a kind keeps the template of its pods. */
const templates: Record<string, (object: KubeObject) => Json | undefined> = {
  podtemplates: (object) => object['template'] as Json | undefined,
  replicationcontrollers: (object) => object['spec']?.template as Json | undefined,
  replicasets: (object) => object['spec']?.template as Json | undefined,
  deployments: (object) => object['spec']?.template as Json | undefined,
  statefulsets: (object) => object['spec']?.template as Json | undefined,
  daemonsets: (object) => object['spec']?.template as Json | undefined,
  jobs: (object) => object['spec']?.template as Json | undefined,
  cronjobs: (object) => object['spec']?.jobTemplate?.spec?.template as Json | undefined,
}

const labelPrefix = 'pod-security.kubernetes.io/'

/** PodSecurity: k8s.io/pod-security-admission/admission (v0.34). */
export const podSecurity: Admission = {
  mutate(context, { operation, kind, object }) {
    if (context.admission.podSecurityLabels !== 'dropped' || operation !== 'CREATE' || kind.plural !== 'namespaces')
      return
    const { labels } = object.metadata
    for (const label of Object.keys(labels ?? {})) if (label.startsWith(labelPrefix)) delete labels?.[label]
  },
  validate(context, request) {
    if (!context.admission.podSecurity || request.operation === 'DELETE') return
    const { kind } = request
    if (kind.plural === 'namespaces') return checkNamespace(context, request)
    if (kind.plural === 'pods') return checkPod(context, request)
    const template = templates[kind.plural]?.(request.object)
    if (template === undefined || request.subresource !== '') return
    const warn = policyIn(context, request.namespace, 'warn')
    const found = violations(
      (template['spec'] ?? {}) as Json,
      (template['metadata'] ?? {}) as KubeObject['metadata'],
      warn,
    )
    if (found !== null) request.warnings.push(`would violate PodSecurity ${JSON.stringify(show(warn))}: ${found}`)
  },
}

const namespaceOf = (context: Context, name: string): KubeObject | undefined =>
  context.store.of(namespaces).byKey.get(keyOf('', name))?.object

/** Namespaces that are exempt are not looked at, whatever their labels say. */
function policyIn(context: Context, namespace: string, mode: Mode): Policy {
  const exempt = context.admission.podSecurityDefault?.exemptNamespaces.includes(namespace) ?? false
  if (exempt) return { level: 'privileged', version: 'latest' }
  return policyOf(namespaceOf(context, namespace), mode, defaultLevel(context, namespace))
}

const defaultLevel = ({ admission: { podSecurityDefault } }: Context, namespace: string): Level =>
  podSecurityDefault && !podSecurityDefault.exemptNamespaces.includes(namespace)
    ? podSecurityDefault.level
    : 'privileged'

function checkPod(
  context: Context,
  { operation, kind, subresource, object, namespace, warnings }: AdmissionRequest,
): void {
  if (operation === 'UPDATE' ? subresource !== 'ephemeralcontainers' : subresource !== '') return
  const spec = object['spec'] as Json
  const enforce = policyIn(context, namespace, 'enforce')
  const found = violations(spec, object.metadata, enforce)
  if (found !== null)
    throw forbidden(kind, podName(object.metadata), `violates PodSecurity ${JSON.stringify(show(enforce))}: ${found}`)
  const warn = policyIn(context, namespace, 'warn')
  const warned = violations(spec, object.metadata, warn)
  if (warned !== null) warnings.push(`would violate PodSecurity ${JSON.stringify(show(warn))}: ${warned}`)
}

function checkNamespace(context: Context, { kind, object, old, subresource, warnings }: AdmissionRequest): void {
  if (subresource !== '') return
  const wrong = wrongLabels(object)
  if (wrong.length > 0) {
    throw invalid(
      kind,
      object.metadata.name,
      wrong.map(({ label, value, why }) => invalidValue(`metadata.labels[${label}]`, value, why)),
    )
  }
  if (old === null) return
  const policy = policyOf(object, 'enforce', defaultLevel(context, object.metadata.name))
  if (
    show(policy) === show(policyOf(old, 'enforce', defaultLevel(context, old.metadata.name))) ||
    policy.level === 'privileged'
  )
    return
  const { keys, byKey } = context.store.of(pods)
  const byText = new Map<string, string[]>()
  for (const key of keys.slice(...rangeOf(keys, object.metadata.name))) {
    const pod = byKey.get(key)?.object as KubeObject
    const found = violations(pod['spec'] as Json, pod.metadata, policy)
    if (found !== null) byText.set(found, [...(byText.get(found) ?? []), pod.metadata.name])
  }
  if (byText.size === 0) return
  warnings.push(
    `existing pods in namespace ${JSON.stringify(object.metadata.name)} violate the new PodSecurity enforce level ${JSON.stringify(show(policy))}`,
  )
  for (const [text, found] of byText) {
    const others = found.length === 1 ? '' : ` (and ${found.length - 1} other pod${found.length === 2 ? '' : 's'})`
    warnings.push(`${found[0]}${others}: ${text}`)
  }
}
