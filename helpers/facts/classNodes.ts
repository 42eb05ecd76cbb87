import type { KubeObject } from '../cluster/cluster.ts'
import { nodeSelectorOf } from './kataClass.ts'

interface Taint {
  key: string
  value?: string
  effect: string
}

interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
}

/**
 * Taints of a node that is lost at the moment (kubernetes core/v1, TaintNodeNotReady and TaintNodeUnreachable): it belongs to the class all the same, and
 * may be back in a minute.
 */
const passing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Names of the nodes that the scheduler can send a pod of the class to, as soon as they are ready: nodeSelector, cordon, taints, tolerations. */
export function classNodes(runtimeClass: KubeObject, nodes: readonly KubeObject[]): string[] {
  const selector = Object.entries(nodeSelectorOf(runtimeClass))
  const scheduling = runtimeClass['scheduling'] as { tolerations?: Toleration[] } | undefined
  const tolerations = scheduling?.tolerations ?? []
  return nodes
    .filter((node) => selector.every(([key, value]) => node.metadata.labels?.[key] === value))
    .filter((node) => {
      const spec = (node['spec'] ?? {}) as { unschedulable?: boolean; taints?: Taint[] }
      const taints = (spec.taints ?? []).filter(
        ({ key, effect }) => effect !== 'PreferNoSchedule' && !passing.includes(key),
      )
      return !spec.unschedulable && taints.every((taint) => tolerations.some((each) => tolerates(each, taint)))
    })
    .map((node) => node.metadata.name ?? '')
}

/** Source: kubernetes core/v1 Toleration.ToleratesTaint. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  if (toleration.operator === 'Exists') return true
  return toleration.key === taint.key && (toleration.value ?? '') === (taint.value ?? '')
}
