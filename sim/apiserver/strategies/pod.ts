import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { qosClass } from '../pods/qosClass.ts'
import type { Strategy } from '../strategies.ts'
import { prohibited } from '../validation/fieldErrors.ts'
import { validatePod } from '../validation/pod.ts'
import { validateEphemeralContainers } from './ephemeralContainers.ts'
import { resized, validateResize } from './podResize.ts'
import type { Json } from '../validation/pod.ts'

/*
 * pkg/registry/core/pod/strategy.go and ValidatePodUpdate of pkg/apis/core/validation, v1.34.
 */

export const podStrategy: Strategy = {
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending', qosClass: qosClass(object) }
  },
  validate: validatePod,
  prepareForUpdate(object, old, subresource) {
    if (subresource === 'resize') object['spec'] = resized(object['spec'] as Json, old['spec'] as Json)
    if (subresource === 'ephemeralcontainers')
      object['spec'] = {
        ...(old['spec'] as Json),
        ephemeralContainers: (object['spec'] as Json)['ephemeralContainers'],
      }
  },
  validateUpdate(object, old, subresource) {
    if (subresource === 'status' || subresource === 'binding' || sameJson(object['spec'], old['spec'])) return []
    if (subresource === 'ephemeralcontainers') return validateEphemeralContainers(object, old)
    if (subresource === 'resize') return validateResize(object, old)
    return validateSpecUpdate(object, old)
  },
}

const changeable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

function validateSpecUpdate(object: KubeObject, old: KubeObject): Cause[] {
  const before = masked(old['spec'] as Json)
  const after = masked(object['spec'] as Json)
  const causes: Cause[] = []
  const kept = ((old['spec'] as Json)['tolerations'] ?? []) as unknown[]
  const now = ((object['spec'] as Json)['tolerations'] ?? []) as unknown[]
  if (kept.some((one) => !now.some((other) => sameJson(one, other)))) {
    causes.push(prohibited('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'))
  }
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !sameJson(before[field], after[field]))
    .sort()
  if (changed.length > 0)
    causes.push(
      prohibited('spec', `${changeable}\n${changed.map((field) => difference(field, before, after)).join('')}`),
    )
  return causes
}

/** Without what may change. */
function masked(spec: Json): Json {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...rest } = spec
  const withoutImages = (list: unknown) =>
    (list as Json[] | undefined)?.map(({ image: _image, ...container }) => container)
  return {
    ...rest,
    containers: withoutImages(rest['containers']),
    initContainers: withoutImages(rest['initContainers']),
  }
}

/** The part of the real server's diff that says what changed; its surroundings are the whole Go struct. */
function difference(field: string, before: Json, after: Json): string {
  const name = `${field[0]?.toUpperCase()}${field.slice(1)}`
  const show = (value: unknown) => (value === undefined ? 'null' : JSON.stringify(value))
  return `- "${name}": ${show(before[field])},\n+ "${name}": ${show(after[field])},\n`
}
