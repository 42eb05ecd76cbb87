import type { KubeObject } from '../../kubeObject.ts'
import { nanos } from '../schema/quantity.ts'

type Resources = { requests?: Record<string, string>; limits?: Record<string, string> }

const counted = ['cpu', 'memory'] as const

/** The QoS class of a pod: pkg/apis/core/helper/qos/qos.go, v1.34. */
export function qosClass(pod: KubeObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const spec = pod['spec'] as {
    containers?: { resources?: Resources }[]
    initContainers?: { resources?: Resources }[]
    resources?: Resources
  }
  const all =
    spec.resources === undefined
      ? [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources = {} }) => resources)
      : [spec.resources]
  let any = false
  let guaranteed = all.length > 0
  for (const { requests = {}, limits = {} } of all) {
    for (const name of counted) {
      const limit = positive(limits[name])
      const request = positive(requests[name])
      if (limit !== null || request !== null) any = true
      if (limit === null || request === null || limit !== request) guaranteed = false
    }
  }
  return !any ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable'
}

function positive(quantity: string | undefined): bigint | null {
  if (quantity === undefined) return null
  const value = nanos(quantity)
  return value > 0n ? value : null
}
