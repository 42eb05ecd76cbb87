import { forbidden } from '../apiError.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import type { Admission } from './chain.ts'
import { podName } from './serviceAccount.ts'

const classes = findKind('scheduling.k8s.io', 'v1', 'priorityclasses') as Kind

/** spec.priority and preemptionPolicy from the PriorityClass: plugin/pkg/admission/priority, v1.34. */
export const priority: Admission = {
  mutate(context, { operation, kind, subresource, object }) {
    if (operation !== 'CREATE' || kind.plural !== 'pods' || subresource !== '') return
    const spec = object['spec'] as Record<string, unknown> | undefined
    if (spec === undefined) return
    const collection = context.store.of(classes)
    const asked = spec['priorityClassName'] as string | undefined
    const found =
      asked === undefined
        ? [...collection.byKey.values()].map((one) => one.object).find((one) => one['globalDefault'] === true)
        : collection.byKey.get(keyOf('', asked))?.object
    if (asked !== undefined && found === undefined) {
      throw forbidden(kind, podName(object.metadata), `no PriorityClass with name ${asked} was found`)
    }
    const value = (found?.['value'] as number | undefined) ?? 0
    const policy = (found?.['preemptionPolicy'] as string | undefined) ?? 'PreemptLowerPriority'
    if (found !== undefined) spec['priorityClassName'] = found.metadata.name
    if (spec['priority'] !== undefined && spec['priority'] !== value) {
      throw forbidden(
        kind,
        podName(object.metadata),
        `the integer value of priority (${JSON.stringify(spec['priority'])}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      )
    }
    if (spec['preemptionPolicy'] !== undefined && spec['preemptionPolicy'] !== policy) {
      throw forbidden(
        kind,
        podName(object.metadata),
        `the string value of PreemptionPolicy (${spec['preemptionPolicy'] as string}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      )
    }
    spec['priority'] = value
    spec['preemptionPolicy'] = policy
  },
}
