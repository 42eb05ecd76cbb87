import type { KubeObject } from '../kubeObject.ts'
import { timestamp } from '../kubelet/timers.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { createWorkQueue } from './workQueue.ts'
import { conditionsOf, nodeSpecOf } from './objectViews.ts'

const NODES = '/api/v1/nodes'

/** Taints of the node life cycle controller: what its conditions and spec.unschedulable say (guide: Kubernetes, Taint Nodes by Condition). */
export function startNodeTaints(context: ControllerContext): Controller {
  const { client, informers } = context
  const queue = createWorkQueue(context.clock, async (name) => {
    const node = informers.cache(NODES).get(name)
    if (!node) return
    const before = nodeSpecOf(node).taints ?? []
    const wanted = wantedTaints(node)
    const foreign = before.filter((taint) => !OWN.has(taint.key))
    const own = wanted.map(
      (key) =>
        before.find((taint) => taint.key === key) ?? {
          key,
          effect: 'NoSchedule',
          timeAdded: timestamp(context.clock.now()),
        },
    )
    const taints = [...foreign, ...own]
    if (taints.length === before.length && taints.every((taint) => before.includes(taint))) return
    await client.patch(
      `${NODES}/${name}`,
      { spec: { taints: taints.length ? taints : null } },
      'application/merge-patch+json',
    )
  })
  informers.listen(NODES, { upsert: (node) => queue.add(node.metadata.name) })
  return { stop: () => queue.stop() }
}

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const PRESSURES: Record<string, string> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
}
const OWN = new Set([NOT_READY, UNREACHABLE, UNSCHEDULABLE, ...Object.values(PRESSURES)])

function wantedTaints(node: KubeObject): string[] {
  const conditions = conditionsOf(node)
  const status = (type: string) => conditions.find((condition) => condition.type === type)?.status
  const keys: string[] = []
  if (status('Ready') === 'Unknown') keys.push(UNREACHABLE)
  else if (status('Ready') !== 'True') keys.push(NOT_READY)
  for (const [type, key] of Object.entries(PRESSURES)) if (status(type) === 'True') keys.push(key)
  if (nodeSpecOf(node).unschedulable) keys.push(UNSCHEDULABLE)
  return keys
}
