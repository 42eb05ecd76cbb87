import type { KubeObject } from '../kubeObject.ts'
import { pauseUnlessAborted, timestamp } from '../kubelet/timers.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { conditionsOf } from './objectViews.ts'

const NODES = '/api/v1/nodes'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** Defaults of kube-controller-manager 1.34: --node-monitor-period, and --node-monitor-grace-period of 50 s in such periods. */
const MONITOR_MS = 5000
const GRACE_PERIODS = 10

/**
 * The part of the node life cycle controller that notices a node which fell silent: its conditions become Unknown
 * (pkg/controller/nodelifecycle/node_lifecycle_controller.go, 1.34). Its pods keep their conditions, and eviction, which comes five minutes later, is
 * left out. Under a clock that skips time nobody can fall silent.
 */
export function startNodeLifecycle(context: ControllerContext): Controller {
  const { client, clock, informers } = context
  const stopped = new AbortController()
  for (const path of [NODES, LEASES]) informers.listen(path, {})

  /** Counted in looks, not in time: when the machine that simulates is held up, nodes and controller are so together. */
  const seen = new Map<string, { renewed: string; looks: number }>()

  const look = async (): Promise<void> => {
    const leases = informers.cache(LEASES)
    for (const node of informers.cache(NODES).values()) {
      const { name } = node.metadata
      const renewed = renewTimeOf(leases.get(`kube-node-lease/${name}`))
      if (renewed === null) continue
      const before = seen.get(name)
      const looks = before?.renewed === renewed ? before.looks + 1 : 0
      seen.set(name, { renewed, looks })
      if (looks >= GRACE_PERIODS && readyOf(node) !== 'Unknown') await markUnknown(node)
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

const renewTimeOf = (lease: KubeObject | undefined): string | null =>
  (lease?.['spec'] as { renewTime?: string } | undefined)?.renewTime ?? null
