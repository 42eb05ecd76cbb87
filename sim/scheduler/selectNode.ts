import type { PodSpec } from '../kubelet/podSpec.ts'
import { refusal, type Refusal } from './filters.ts'
import type { NodeInfo, PodDemand } from './nodeInfo.ts'
import type { ClaimedVolumes } from './volumeClaims.ts'

/** So many feasible nodes are compared (kube-scheduler's minFeasibleNodesToFind); a cluster larger than that is not searched to its end. */
const ENOUGH = 100

/**
 * The feasible node with most room left.
 * @param nodes all nodes
 * @param named the node that the pod's hostname selector names: looked at first, the others only matter for the message when it refuses
 * @param turn where the search begins, so that equal nodes take turns
 */
export function selectNode(
  spec: PodSpec,
  demand: PodDemand,
  volumes: ClaimedVolumes,
  nodes: readonly NodeInfo[],
  named: NodeInfo | undefined,
  turn: number,
): { chosen: NodeInfo | null; refusals: Refusal[] } {
  if (named && !refusal(spec, demand, volumes, named)) return { chosen: named, refusals: [] }
  const refusals: Refusal[] = []
  let chosen: NodeInfo | null = null
  let best = -1
  let feasible = 0
  for (let step = 0; step < nodes.length && feasible < ENOUGH; step += 1) {
    const info = nodes[(turn + step) % nodes.length]!
    const refused = refusal(spec, demand, volumes, info)
    if (refused) {
      refusals.push(refused)
      continue
    }
    feasible += 1
    const score = leastAllocated(demand, info)
    if (score > best) {
      best = score
      chosen = info
    }
  }
  return { chosen, refusals: chosen ? [] : refusals }
}

/** 0…100 for each of CPU and memory: what stays free (NodeResourcesFit, LeastAllocated). */
function leastAllocated(demand: PodDemand, info: NodeInfo): number {
  let score = 0
  for (const resource of ['cpu', 'memory']) {
    const allocatable = info.allocatable.get(resource) ?? 0
    const used = (info.requested.get(resource) ?? 0) + (demand.requests.get(resource) ?? 0)
    if (allocatable > 0) score += Math.max(0, ((allocatable - used) * 100) / allocatable)
  }
  return score
}
