import type { KubeObject } from '../kubeObject.ts'
import { pauseUnlessAborted, timestamp } from '../kubelet/timers.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { conditionsOf } from './objectViews.ts'

const NODES = '/api/v1/nodes'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** Defaults of kube-controller-manager 1.34: --node-monitor-period, --node-monitor-grace-period. */
const MONITOR_MS = 5000
const GRACE_MS = 50_000

/**
 * The part of the node life cycle controller that notices a node which fell silent: its conditions become Unknown
 * (pkg/controller/nodelifecycle/node_lifecycle_controller.go, 1.34). Its pods keep their conditions, and eviction, which comes five minutes later, is
 * left out. Under a clock that skips time nobody can fall silent.
 */
export function startNodeLifecycle(context: ControllerContext): Controller {
  const { client, clock, informers } = context
  const stopped = new AbortController()
  for (const path of [NODES, LEASES]) informers.listen(path, {})

  const look = async (): Promise<void> => {
    const leases = informers.cache(LEASES)
    for (const node of informers.cache(NODES).values()) {
      const renewed = renewTimeOf(leases.get(`kube-node-lease/${node.metadata.name}`))
      const silent = renewed !== null && clock.now() - renewed > GRACE_MS
      if (silent && readyOf(node) !== 'Unknown') await markUnknown(node)
    }
  }
  const markUnknown = async (node: KubeObject): Promise<void> => {
    const conditions = conditionsOf(node).map((condition) => ({
      ...condition,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: timestamp(clock.now()),
    }))
    await client.patch(
      `${NODES}/${node.metadata.name}/status`,
      { status: { conditions } },
      'application/merge-patch+json',
    )
  }
  const run = async (): Promise<void> => {
    // An object that changed or went meanwhile is looked at again in the next round.
    while (await pauseUnlessAborted(clock, MONITOR_MS, stopped.signal)) await look().catch(() => undefined)
  }
  if (Number.isFinite(clock.speed)) void run()
  return { stop: () => stopped.abort() }
}

const readyOf = (node: KubeObject): string | undefined =>
  conditionsOf(node).find(({ type }) => type === 'Ready')?.status

function renewTimeOf(lease: KubeObject | undefined): number | null {
  const time = (lease?.['spec'] as { renewTime?: string } | undefined)?.renewTime
  return time === undefined ? null : Date.parse(time)
}
