import type { KubeObject } from '../kubeObject.ts'
import { specOf, type PodSpec } from '../kubelet/podSpec.ts'
import { tolerates } from '../scheduler/filters.ts'
import { nodeMatches } from '../scheduler/nodeAffinity.ts'
import type { Taint } from '../scheduler/nodeInfo.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { REVISION_LABEL as REVISION, REVISIONS, keepHistory } from './controllerRevisions.ts'
import { objectKey } from './informer.ts'
import { createOwnedPods, isOver, isPodReady } from './ownedPods.ts'
import { writeStatus } from './ownStatus.ts'
import { createWorkQueue } from './workQueue.ts'
import { nodeSpecOf, workloadOf } from './objectViews.ts'

const DAEMON_SETS = '/apis/apps/v1/daemonsets'
const NODES = '/api/v1/nodes'

/** Tolerations that every daemon pod gets (pkg/controller/daemon/util). */
const TOLERATIONS = [
  ...['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
  })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  })),
]

/** One pod of a DaemonSet on each node that it is for. */
export function startDaemonSets(context: ControllerContext): Controller {
  const { client, informers } = context
  const queue = createWorkQueue(context.clock, async (key) => {
    const set = informers.cache(DAEMON_SETS).get(key)
    if (!set || set.metadata.deletionTimestamp) return
    const revision = await keepHistory(context, set)
    const wanted = new Set(
      [...informers.cache(NODES).values()].filter((node) => isFor(set, node)).map((node) => node.metadata.name),
    )
    await place(set, wanted, revision)
    await tellStatus(set, wanted, revision)
  })
  const pods = createOwnedPods(context, 'DaemonSet', 'daemonset-controller', (key) => queue.add(key))

  const place = async (set: KubeObject, wanted: Set<string>, revision: string): Promise<void> => {
    const byNode = new Map<string, KubeObject[]>()
    for (const pod of pods.of(set)) byNode.set(nodeOf(pod), [...(byNode.get(nodeOf(pod)) ?? []), pod])
    for (const name of wanted) if (!byNode.has(name)) await pods.create(set, (pod) => pin(pod, name, revision))
    const leaving = (pod: KubeObject) => pod.metadata.deletionTimestamp !== undefined
    for (const [name, own] of byNode)
      for (const pod of own) if (!leaving(pod) && (!wanted.has(name) || isOver(pod))) await pods.delete(set, pod)
    if (workloadOf(set).updateStrategy?.type === 'OnDelete') return
    // rolling update: as many at once as may be unavailable
    const all = pods.of(set)
    const limit = share(workloadOf(set).updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.size)
    let unavailable = all.filter((pod) => leaving(pod) || !isPodReady(pod)).length
    for (const pod of all) {
      if (leaving(pod) || pod.metadata.labels?.[REVISION] === revision || (isPodReady(pod) && unavailable >= limit))
        continue
      if (isPodReady(pod)) unavailable += 1
      await pods.delete(set, pod)
    }
  }

  const tellStatus = async (set: KubeObject, wanted: Set<string>, revision: string): Promise<void> => {
    const own = pods.of(set).filter((pod) => !pod.metadata.deletionTimestamp)
    const placed = own.filter((pod) => wanted.has(nodeOf(pod)))
    const ready = placed.filter(isPodReady).length
    await writeStatus(
      client,
      `/apis/apps/v1/namespaces/${set.metadata.namespace}/daemonsets/${set.metadata.name}`,
      set,
      {
        observedGeneration: set.metadata['generation'],
        desiredNumberScheduled: wanted.size,
        currentNumberScheduled: placed.length,
        numberMisscheduled: own.length - placed.length,
        numberReady: ready,
        numberAvailable: ready,
        numberUnavailable: wanted.size - ready,
        updatedNumberScheduled: placed.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length,
      },
    )
  }

  const everyone = () => {
    for (const set of informers.cache(DAEMON_SETS).values()) queue.add(objectKey(set))
  }
  informers.listen(REVISIONS, {})
  informers.listen(DAEMON_SETS, { upsert: (set) => queue.add(objectKey(set)) })
  informers.listen(NODES, {
    upsert: (node, previous) => {
      if (
        !previous ||
        JSON.stringify([previous.metadata.labels, previous['spec']]) !==
          JSON.stringify([node.metadata.labels, node['spec']])
      )
        everyone()
    },
    remove: everyone,
  })
  return { stop: () => queue.stop() }
}

function isFor(set: KubeObject, node: KubeObject): boolean {
  const template = workloadOf(set).template.spec
  const spec: PodSpec = { ...template, tolerations: [...(template.tolerations ?? []), ...TOLERATIONS] }
  const taints = ((nodeSpecOf(node).taints ?? []) as Taint[]).filter((taint) => taint.effect !== 'PreferNoSchedule')
  return nodeMatches(spec, node) && taints.every((taint) => tolerates(spec, taint))
}

/** Binds the pod to its node by affinity: the scheduler does the rest. */
function pin(pod: KubeObject, node: string, revision: string): void {
  pod.metadata.labels = { ...pod.metadata.labels, [REVISION]: revision, 'pod-template-generation': '1' }
  const required = {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }] }],
  }
  const spec = specOf(pod)
  spec.affinity = {
    ...spec.affinity,
    nodeAffinity: { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
  }
  spec.tolerations = [...(spec.tolerations ?? []), ...TOLERATIONS]
}

function nodeOf(pod: KubeObject): string {
  const spec = specOf(pod)
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return spec.nodeName ?? terms?.[0]?.matchFields?.[0]?.values?.[0] ?? ''
}

function share(value: number | string, of: number): number {
  return Math.max(1, typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) / 100) * of))
}
