import type { PodSpec } from '../kubelet/podSpec.ts'
import { matchesAnyTerm, nodeMatches } from './nodeAffinity.ts'
import type { NodeInfo, PodDemand, Taint } from './nodeInfo.ts'
import type { ClaimedVolumes } from './volumeClaims.ts'
import { nodeSpecOf } from '../controllers/objectViews.ts'

/** Why a node is no place for a pod, in the scheduler's words. `final`: evicting other pods would not help. */
export interface Refusal {
  reasons: string[]
  final: boolean
}

/** The default plug-ins' filters in their order; the first that refuses speaks (kube-scheduler 1.34). null: the pod fits. */
export function refusal(spec: PodSpec, demand: PodDemand, volumes: ClaimedVolumes, info: NodeInfo): Refusal | null {
  const { node } = info
  if (
    nodeSpecOf(node).unschedulable &&
    !tolerates(spec, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
  )
    return final('node(s) were unschedulable')
  // 1.34.2 and later name no taints (kubernetes#134740)
  if (!info.taints.every((taint) => tolerates(spec, taint))) return final('node(s) had untolerated taint(s)')
  if (!nodeMatches(spec, node)) return final("node(s) didn't match Pod's node affinity/selector")
  if (demand.hostPorts.some((port) => (info.hostPorts.get(port) ?? 0) > 0))
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"], final: false }
  const lacking = insufficient(demand, info)
  if (lacking) return lacking
  if (volumes.affinities.some((terms) => !matchesAnyTerm(terms, node)))
    return final("node(s) didn't match PersistentVolume's node affinity")
  if (volumes.unbound.some((claim) => !claim.candidates.some((terms) => terms === null || matchesAnyTerm(terms, node))))
    return final("node(s) didn't find available persistent volumes to bind")
  return null
}

function insufficient(demand: PodDemand, info: NodeInfo): Refusal | null {
  const reasons: string[] = []
  let hopeless = false
  if (info.pods + 1 > (info.allocatable.get('pods') ?? Infinity)) reasons.push('Too many pods')
  for (const [resource, requested] of demand.requests) {
    if (requested === 0) continue
    const allocatable = info.allocatable.get(resource) ?? 0
    if (requested + (info.requested.get(resource) ?? 0) <= allocatable) continue
    reasons.push(`Insufficient ${resource}`)
    hopeless ||= requested > allocatable
  }
  return reasons.length ? { reasons, final: hopeless } : null
}

export function tolerates(spec: PodSpec, taint: Taint): boolean {
  return (spec.tolerations ?? []).some((toleration) => {
    if (toleration.effect && toleration.effect !== taint.effect) return false
    if (!toleration.key) return toleration.operator === 'Exists'
    if (toleration.key !== taint.key) return false
    return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
  })
}

function final(reason: string): Refusal {
  return { reasons: [reason], final: true }
}
