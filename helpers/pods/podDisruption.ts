import type { KubeObject } from '../cluster/cluster.ts'
import type { Cause } from './podStatus.ts'
import { statusOf } from './podStatus.ts'

/**
 * Why a pod ends, or has ended, that the suite did not delete: by somebody's deletion, or by the cluster's own doing (preemption, taint manager,
 * eviction API, garbage collection, node shutdown or pressure: condition DisruptionTarget, stable since Kubernetes 1.31). Null when nobody ends it.
 * A pod over limits of its own is not disrupted. Source: kubernetes.io, "Pod Lifecycle", Pod disruption conditions.
 */
export function disruptionOf(pod: KubeObject): Cause | null {
  const { deletionTimestamp } = pod.metadata
  const target = statusOf(pod).conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True')
  if (target) return { reason: target.reason ?? 'Disrupted', message: target.message ?? 'the cluster ends the pod' }
  return deletionTimestamp ? { reason: 'Deleted', message: 'somebody else deleted the pod' } : null
}
