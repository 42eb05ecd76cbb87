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

/** Names of the nodes that the scheduler can send a pod of the class to: nodeSelector, cordon, taints and the class's tolerations. */
export function classNodes(runtimeClass: KubeObject, nodes: readonly KubeObject[]): string[] {
  const selector = Object.entries(nodeSelectorOf(runtimeClass))
  const scheduling = runtimeClass['scheduling'] as { tolerations?: Toleration[] } | undefined
  const tolerations = scheduling?.tolerations ?? []
  return nodes
    .filter((node) => selector.every(([key, value]) => node.metadata.labels?.[key] === value))
    .filter((node) => {
      const spec = (node['spec'] ?? {}) as { unschedulable?: boolean; taints?: Taint[] }
      const taints = (spec.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule')
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
