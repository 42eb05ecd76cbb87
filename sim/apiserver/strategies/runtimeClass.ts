import type { Cause } from '../apiError.ts'
import { sameJson } from '../json.ts'
import { nanos } from '../schema/quantity.ts'
import type { Strategy } from '../strategies.ts'
import { invalidValue, prohibited } from '../validation/fieldErrors.ts'
import { validateLabels } from '../validation/metadata.ts'
import { dns1123Label } from '../validation/names.ts'

/** pkg/apis/node/validation, v1.34. */
export const runtimeClassStrategy: Strategy = {
  validate(object) {
    const handler = (object['handler'] ?? '') as string
    const causes: Cause[] = dns1123Label(handler).map((wrong) => invalidValue('handler', handler, wrong))
    for (const [name, value] of Object.entries((object['overhead']?.podFixed ?? {}) as Record<string, string>)) {
      if (nanos(value) < 0n)
        causes.push(invalidValue(`overhead.podFixed[${name}]`, value, 'must be greater than or equal to 0'))
    }
    causes.push(
      ...validateLabels(
        object['scheduling']?.nodeSelector as Record<string, string> | undefined,
        'scheduling.nodeSelector',
      ),
    )
    return causes
  },
  validateUpdate: (object, old) =>
    object['handler'] === old['handler'] ? [] : [invalidValue('handler', object['handler'], 'field is immutable')],
}

const maxUserPriority = 1_000_000_000

/** pkg/apis/scheduling/validation, v1.34. */
export const priorityClassStrategy: Strategy = {
  validate(object) {
    const value = (object['value'] ?? 0) as number
    if (
      object.metadata.name.startsWith('system-') &&
      !['system-node-critical', 'system-cluster-critical'].includes(object.metadata.name)
    ) {
      return [
        prohibited('metadata.name', "priority class names with 'system-' prefix are reserved for system use only"),
      ]
    }
    return value > maxUserPriority && !object.metadata.name.startsWith('system-')
      ? [prohibited('value', `maximum allowed value of a user defined priority is ${maxUserPriority}`)]
      : []
  },
  validateUpdate(object, old) {
    const causes: Cause[] = []
    if (!sameJson(object['value'], old['value'])) causes.push(prohibited('value', 'may not be changed in an update.'))
    if (object['preemptionPolicy'] !== old['preemptionPolicy'])
      causes.push(invalidValue('preemptionPolicy', object['preemptionPolicy'], 'field is immutable'))
    return causes
  },
}
