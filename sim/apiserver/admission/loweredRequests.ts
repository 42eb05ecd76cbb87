import { compareQuantities } from '../schema/quantity.ts'
import type { Admission } from './chain.ts'

interface PodSpec {
  runtimeClassName?: string
  containers?: { resources?: { requests?: Record<string, string>; limits?: Record<string, string> } }[]
}

/** A departure: a webhook of the cluster lowers what Kata pods request to what they are limited to. */
export const loweredRequests: Admission = {
  mutate(context, { operation, kind, subresource, object }) {
    const applies = operation === 'CREATE' && kind.plural === 'pods' && subresource === ''
    if (context.admission.requestsAboveLimits !== 'lowered' || !applies) return
    const { runtimeClassName, containers = [] } = (object['spec'] ?? {}) as PodSpec
    if (runtimeClassName === undefined) return
    for (const { resources: { requests = {}, limits = {} } = {} } of containers)
      for (const [name, limit] of Object.entries(limits))
        if (requests[name] !== undefined && compareQuantities(requests[name], limit) > 0) requests[name] = limit
  },
}
