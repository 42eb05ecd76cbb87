import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { matchesSelectorObject } from '../query/labelSelector.ts'
import type { Strategy } from '../strategies.ts'
import { invalidValue, notSupported, required } from '../validation/fieldErrors.ts'
import { validatePodTemplate } from '../validation/pod.ts'

/*
 * Deployments, ReplicaSets, DaemonSets, StatefulSets and Jobs: pkg/apis/{apps,batch}/validation, v1.34.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs as JSON
type Json = Record<string, any>

const withoutStatus = (object: KubeObject): void => {
  object['status'] = {}
}

/** Selector, its labels in the template, the template itself and that its pods are restarted. */
function validateTemplate(object: KubeObject, ...policies: string[]): Cause[] {
  const spec = (object['spec'] ?? {}) as Json
  const template = spec['template'] as Json | undefined
  const selector = spec['selector'] as Json | undefined
  const causes: Cause[] = []
  const labels = ((template?.['metadata'] as Json | undefined)?.['labels'] ?? {}) as Record<string, string>
  const replicas = (spec['replicas'] ?? 0) as number
  if (replicas < 0) causes.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'))
  if (selector === undefined) causes.push(required('spec.selector'))
  else if (Object.keys(selector).length === 0)
    causes.push(invalidValue('spec.selector', selector, 'empty selector is invalid for ' + object.kind.toLowerCase()))
  else if (!matchesSelectorObject(selector, labels)) {
    causes.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
  }
  causes.push(...validatePodTemplate(template, 'spec.template'))
  const policy = (template?.['spec'] as Json | undefined)?.['restartPolicy'] as string | undefined
  if (policy !== undefined && !policies.includes(policy))
    causes.push(notSupported('spec.template.spec.restartPolicy', policy, policies))
  return causes
}

const sameSelector = (object: KubeObject, old: KubeObject): Cause[] =>
  sameJson(object['spec']?.selector, old['spec']?.selector)
    ? []
    : [invalidValue('spec.selector', object['spec']?.selector, 'field is immutable')]

const replicated: Strategy = {
  prepareForCreate: withoutStatus,
  validate: (object) => validateTemplate(object, 'Always'),
  validateUpdate: (object, old, subresource) => (subresource === 'status' ? [] : sameSelector(object, old)),
}

export const deploymentStrategy: Strategy = replicated
export const replicaSetStrategy: Strategy = {
  ...replicated,
  prepareForCreate(object) {
    object['status'] = { replicas: 0 }
  },
}
export const statefulSetStrategy: Strategy = {
  ...replicated,
  prepareForCreate(object) {
    object['status'] = { replicas: 0, availableReplicas: 0 }
  },
}
export const daemonSetStrategy: Strategy = {
  ...replicated,
  prepareForCreate(object) {
    object['status'] = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
  },
}

const uidLabel = 'controller-uid'
const jobLabels = (object: KubeObject): Record<string, string> => ({
  [`batch.kubernetes.io/${uidLabel}`]: object.metadata.uid as string,
  'batch.kubernetes.io/job-name': object.metadata.name,
  [uidLabel]: object.metadata.uid as string,
  'job-name': object.metadata.name,
})

export const jobStrategy: Strategy = {
  prepareForCreate(object) {
    withoutStatus(object)
    const spec = object['spec'] as Json
    if (spec['manualSelector'] === true || spec['template'] === undefined) return
    const metadata = ((spec['template'] as Json)['metadata'] ??= {}) as Json
    metadata['labels'] = { ...(metadata['labels'] as Json | undefined), ...jobLabels(object) }
    spec['selector'] ??= { matchLabels: { [`batch.kubernetes.io/${uidLabel}`]: object.metadata.uid } }
  },
  validate: (object) => validateTemplate(object, 'OnFailure', 'Never'),
  validateUpdate(object, old, subresource) {
    if (subresource === 'status') return []
    const causes = sameSelector(object, old)
    for (const field of ['template', 'completionMode']) {
      if (!sameJson(object['spec']?.[field], old['spec']?.[field]))
        causes.push(invalidValue(`spec.${field}`, object['spec']?.[field], 'field is immutable'))
    }
    if (object['spec']?.completionMode !== 'Indexed' && object['spec']?.completions !== old['spec']?.completions) {
      causes.push(invalidValue('spec.completions', object['spec']?.completions, 'field is immutable'))
    }
    return causes
  },
}
