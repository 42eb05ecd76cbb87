import type { KubeObject } from '../../kubeObject.ts'
import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { compareQuantities, nanos } from '../schema/quantity.ts'
import type { Strategy } from '../strategies.ts'
import { invalidValue, notSupported, prohibited, required } from '../validation/fieldErrors.ts'

/*
 * Claims, volumes and classes: pkg/apis/{core,storage}/validation, v1.34.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs as JSON
type Json = Record<string, any>

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']
const pending = (object: KubeObject) => {
  object['status'] = { phase: 'Pending' }
}
/** Of a volume's spec, everything that is no source. */
const noSource = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeMode',
  'volumeAttributesClassName',
])

function modeErrors(spec: Json): Cause[] {
  const modes = (spec['accessModes'] ?? []) as string[]
  const causes = modes.length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : []
  for (const [index, mode] of modes.entries())
    if (!accessModes.includes(mode)) causes.push(notSupported(`spec.accessModes[${index}]`, mode, accessModes))
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    causes.push(prohibited('spec.accessModes', 'may not use ReadWriteOncePod with other access modes'))
  return causes
}

const volumeModeErrors = ({ volumeMode }: Json): Cause[] =>
  volumeMode !== undefined && !volumeModes.includes(volumeMode as string)
    ? [notSupported('spec.volumeMode', volumeMode as string, volumeModes)]
    : []

const storageOf = (spec: Json) =>
  (spec['resources'] as Json | undefined)?.['requests']?.['storage'] as string | undefined

export const claimStrategy: Strategy = {
  prepareForCreate: pending,
  validate(object) {
    const spec = (object['spec'] ?? {}) as Json
    const causes = modeErrors(spec)
    const storage = storageOf(spec)
    if (storage === undefined) causes.push(required('spec.resources[storage]'))
    else if (nanos(storage) <= 0n)
      causes.push(invalidValue('spec.resources[storage]', storage, 'must be greater than zero'))
    return [...causes, ...volumeModeErrors(spec)]
  },
  validateUpdate(object, old, subresource) {
    if (subresource === 'status') return []
    const [now, before] = [object['spec'] as Json, old['spec'] as Json]
    const masked = ({ resources: _resources, volumeName, volumeAttributesClassName: _class, ...rest }: Json) =>
      before['volumeName'] === undefined || before['volumeName'] === ''
        ? rest
        : { ...rest, volumeName: volumeName as unknown }
    if (!sameJson(masked(now), masked(before))) {
      return [
        prohibited(
          'spec',
          'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
        ),
      ]
    }
    const [size, was] = [storageOf(now), storageOf(before)]
    return size !== undefined && was !== undefined && compareQuantities(size, was) < 0
      ? [prohibited('spec.resources.requests.storage', 'field can not be less than status.capacity')]
      : []
  },
}

export const volumeStrategy: Strategy = {
  prepareForCreate: pending,
  validate(object) {
    const spec = (object['spec'] ?? {}) as Json
    const causes = modeErrors(spec)
    const capacity = (spec['capacity'] ?? {}) as Record<string, string>
    if (Object.keys(capacity).length === 0) causes.push(required('spec.capacity'))
    else if (!('storage' in capacity) || Object.keys(capacity).length > 1) {
      for (const name of Object.keys(capacity))
        if (name !== 'storage') causes.push(notSupported('spec.capacity', name, ['storage']))
    }
    const sources = Object.keys(spec).filter((field) => !noSource.has(field))
    if (sources.length === 0) causes.push(required('spec', 'must specify a volume type'))
    for (const extra of sources.slice(1))
      causes.push(prohibited(`spec.${extra}`, 'may not specify more than 1 volume type'))
    if (spec['local'] !== undefined && spec['nodeAffinity'] === undefined)
      causes.push(required('spec.nodeAffinity', 'Local volume requires node affinity'))
    return [...causes, ...volumeModeErrors(spec)]
  },
  validateUpdate(object, old) {
    const sourceOf = (spec: Json) => Object.fromEntries(Object.entries(spec).filter(([field]) => !noSource.has(field)))
    return sameJson(sourceOf(object['spec'] as Json), sourceOf(old['spec'] as Json))
      ? []
      : [prohibited('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')]
  },
}

export const storageClassStrategy: Strategy = {
  validate(object) {
    const causes: Cause[] = []
    if (!object['provisioner']) causes.push(required('provisioner'))
    const reclaim = object['reclaimPolicy'] as string
    if (!['Delete', 'Retain'].includes(reclaim))
      causes.push(notSupported('reclaimPolicy', reclaim, ['Delete', 'Retain']))
    const binding = object['volumeBindingMode'] as string
    const modes = ['Immediate', 'WaitForFirstConsumer']
    if (!modes.includes(binding)) causes.push(notSupported('volumeBindingMode', binding, modes))
    return causes
  },
  validateUpdate(object, old) {
    return ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']
      .filter((field) => !sameJson(object[field], old[field]))
      .map((field) => prohibited(field, `updates to ${field} are forbidden.`))
  },
}
