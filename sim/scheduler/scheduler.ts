import type { Clock } from '../clock.ts'
import { startInformer } from '../controllers/informer.ts'
import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { podRequests } from '../kubelet/podResources.ts'
import { podPath, specOf } from '../kubelet/podSpec.ts'
import { pauseUnlessAborted, timestamp } from '../kubelet/timers.ts'
import { refusal } from './filters.ts'
import { charge, newNodeInfo, refreshNodeInfo, type NodeInfo, type PodDemand } from './nodeInfo.ts'
import { selectNode } from './selectNode.ts'
import { createSchedulerEvents } from './schedulerEvents.ts'
import { claimMessage, unschedulableMessage } from './unschedulable.ts'
import { claimedVolumes, NO_CLAIMS, type ClaimedVolumes } from './volumeClaims.ts'
import { conditionsOf, phaseOf } from '../controllers/objectViews.ts'

export interface Scheduler {
  /** Pods that wait for a node. */
  readonly pending: number
  stop(): void
}

const NAME = 'default-scheduler'
/** ms from a pod's arrival in the queue to its binding. */
const CYCLE_MS = 5

interface Tracked {
  pod: KubeObject
  demand: PodDemand
  /** Node that is charged for it. */
  node: string | null
}

/** Binds pods to nodes for as long as it runs. All work follows from watches; nothing is polled. */
export function startScheduler(options: { client: KubeClient; clock: Clock }): Scheduler {
  const { client, clock } = options
  const events = createSchedulerEvents(client, clock, NAME)
  const stopped = new AbortController()
  const nodes = new Map<string, NodeInfo>()
  let order: NodeInfo[] = []
  const tracked = new Map<string, Tracked>()
  const active = new Set<string>()
  const waiting = new Set<string>()
  let working = false
  let turn = 0

  const activate = (uid: string) => {
    waiting.delete(uid)
    active.add(uid)
    if (!working) void work()
  }
  const activateAll = () => {
    for (const uid of [...waiting]) activate(uid)
  }
  /** A node has room again: those that fit there by themselves are tried, until the room is spoken for. */
  const activateFitting = (info: NodeInfo) => {
    const room = { ...info, requested: new Map(info.requested), hostPorts: new Map(info.hostPorts) }
    for (const uid of [...waiting]) {
      const { pod, demand } = tracked.get(uid)!
      if (refusal(specOf(pod), demand, NO_CLAIMS, room)) continue
      charge(room, demand, 1)
      activate(uid)
    }
  }
  const assign = (entry: Tracked, node: string | null) => {
    if (entry.node === node) return
    const before = entry.node ? nodes.get(entry.node) : undefined
    if (before) charge(before, entry.demand, -1)
    entry.node = node
    const after = node ? nodes.get(node) : undefined
    if (after) charge(after, entry.demand, 1)
    if (before && waiting.size) activateFitting(before)
  }

  const work = async () => {
    working = true
    let done = 0
    while (active.size && !stopped.signal.aborted) {
      const uid = active.values().next().value!
      active.delete(uid)
      const entry = tracked.get(uid)
      if (entry && !entry.node) scheduleOne(uid, entry)
      // the event loop gets its turn among thousands of pods
      done += 1
      if (done % 32 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    working = false
  }

  const scheduleOne = (uid: string, entry: Tracked) => {
    const { pod, demand } = entry
    const volumes = claimedVolumes(pod, caches)
    if (typeof volumes === 'string') return fail(uid, pod, claimMessage(nodes.size, volumes))
    turn += 1
    const hostname = specOf(pod).nodeSelector?.['kubernetes.io/hostname']
    const named = hostname === undefined ? undefined : nodes.get(hostname)
    const { chosen, refusals } = selectNode(specOf(pod), demand, volumes, order, named, turn)
    if (!chosen) return fail(uid, pod, unschedulableMessage(refusals))
    if (volumes.unbound.length) return void selectForVolumes(uid, volumes, chosen.node.metadata.name)
    assign(entry, chosen.node.metadata.name)
    void bind(uid, entry, chosen.node.metadata.name)
  }

  /** Claims that wait for their first consumer are told the node; the pod goes on when they are bound. */
  const selectForVolumes = async (uid: string, volumes: ClaimedVolumes, node: string) => {
    waiting.add(uid)
    for (const { claim } of volumes.unbound) {
      const annotations = { 'volume.kubernetes.io/selected-node': node }
      const path = `/api/v1/namespaces/${claim.metadata.namespace}/persistentvolumeclaims/${claim.metadata.name}`
      await client.patch(path, { metadata: { annotations } }, 'application/merge-patch+json').catch(() => {})
    }
  }

  const bind = async (uid: string, entry: Tracked, node: string) => {
    const { pod } = entry
    try {
      await clock.sleep(CYCLE_MS)
      await client.create(`${podPath(pod)}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace!, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      })
      events.tell(
        pod,
        'Normal',
        'Scheduled',
        'Binding',
        `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node}`,
      )
    } catch (error) {
      if (tracked.get(uid) !== entry) return
      assign(entry, null)
      if (error instanceof KubeApiError && error.code === 404) return
      waiting.add(uid)
      if (await pauseUnlessAborted(clock, 1000, stopped.signal)) if (waiting.has(uid)) activate(uid)
    }
  }

  const fail = (uid: string, pod: KubeObject, message: string) => {
    waiting.add(uid)
    events.tell(pod, 'Warning', 'FailedScheduling', 'Scheduling', message)
    void setCondition(pod, 'Unschedulable', message)
  }

  const setCondition = async (pod: KubeObject, reason: string, message: string) => {
    const conditions = conditionsOf(pod)
    const before = conditions.find((condition) => condition.type === 'PodScheduled')
    if (before?.status === 'False' && before.message === message) return
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastProbeTime: null,
      lastTransitionTime: timestamp(clock.now()),
    }
    const status = { conditions: [...conditions.filter((one) => one !== before), condition] }
    await client
      .patch(`${podPath(pod)}/status`, { metadata: { uid: pod.metadata.uid }, status }, 'application/merge-patch+json')
      .catch(() => {})
  }

  const forget = (uid: string) => {
    const entry = tracked.get(uid)
    if (!entry) return
    assign(entry, null)
    tracked.delete(uid)
    active.delete(uid)
    waiting.delete(uid)
    events.forget(uid)
  }

  const onPod = (pod: KubeObject) => {
    const uid = pod.metadata.uid!
    const spec = specOf(pod)
    if (['Succeeded', 'Failed'].includes(phaseOf(pod) ?? '')) return forget(uid)
    const known = tracked.get(uid)
    const entry: Tracked = known ?? { pod, demand: demandOf(pod), node: null }
    entry.pod = pod
    tracked.set(uid, entry)
    if (spec.nodeName) {
      active.delete(uid)
      waiting.delete(uid)
      return assign(entry, spec.nodeName)
    }
    if ((spec.schedulerName ?? NAME) !== NAME || pod.metadata.deletionTimestamp)
      return void (active.delete(uid), waiting.delete(uid))
    if (spec.schedulingGates?.length)
      return void setCondition(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates')
    if (!known || (!entry.node && !waiting.has(uid))) activate(uid)
  }

  const onNode = (node: KubeObject) => {
    const { name } = node.metadata
    const known = nodes.get(name)
    if (known) {
      if (refreshNodeInfo(known, node)) activateAll()
      return
    }
    const info = newNodeInfo(node)
    nodes.set(name, info)
    order.push(info)
    for (const entry of tracked.values()) if (entry.node === name) charge(info, entry.demand, 1)
    activateAll()
  }

  const follow = (path: string, onUpsert: (object: KubeObject) => void, onDelete: (object: KubeObject) => void) =>
    startInformer({ client, clock, path, onUpsert, onDelete })
  const informers = [
    follow('/api/v1/nodes', onNode, (node) => {
      nodes.delete(node.metadata.name)
      order = order.filter((info) => info.node.metadata.name !== node.metadata.name)
    }),
    follow('/api/v1/pods', onPod, (pod) => forget(pod.metadata.uid!)),
  ]
  const claims = follow('/api/v1/persistentvolumeclaims', activateAll, () => {})
  const volumes = follow('/api/v1/persistentvolumes', activateAll, () => {})
  const classes = follow('/apis/storage.k8s.io/v1/storageclasses', activateAll, () => {})
  const caches = { claims: claims.cache, volumes: volumes.cache, classes: classes.cache }
  return {
    get pending() {
      return active.size + waiting.size
    },
    stop() {
      stopped.abort()
      for (const informer of [...informers, claims, volumes, classes]) informer.stop()
    },
  }
}

function demandOf(pod: KubeObject): PodDemand {
  const ports = specOf(pod).containers.flatMap((container) => container.ports ?? [])
  return {
    requests: podRequests(pod),
    hostPorts: ports.filter((port) => port.hostPort).map((port) => `${port.hostPort}/${port.protocol ?? 'TCP'}`),
  }
}
