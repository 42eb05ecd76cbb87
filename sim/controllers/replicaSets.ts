import type { KubeObject } from '../kubeObject.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { objectKey } from './informer.ts'
import { createOwnedPods, isActive, isOver, isPodReady } from './ownedPods.ts'
import { writeStatus } from './ownStatus.ts'
import { createWorkQueue } from './workQueue.ts'
import { workloadOf } from './objectViews.ts'

const REPLICA_SETS = '/apis/apps/v1/replicasets'

/** Keeps the number of pods of each ReplicaSet. */
export function startReplicaSets(context: ControllerContext): Controller {
  const { client, informers } = context
  const queue = createWorkQueue(context.clock, async (key) => {
    const set = informers.cache(REPLICA_SETS).get(key)
    if (!set) return
    if (!set.metadata.deletionTimestamp) await scale(set)
    const active = pods.of(set).filter(isActive)
    const ready = active.filter(isPodReady).length
    await writeStatus(
      client,
      `/apis/apps/v1/namespaces/${set.metadata.namespace}/replicasets/${set.metadata.name}`,
      set,
      {
        replicas: active.length,
        fullyLabeledReplicas: active.length,
        readyReplicas: ready,
        availableReplicas: ready,
        observedGeneration: set.metadata['generation'],
      },
    )
  })
  const pods = createOwnedPods(context, 'ReplicaSet', 'replicaset-controller', (key) => queue.add(key))
  const scale = async (set: KubeObject): Promise<void> => {
    const wanted = workloadOf(set).replicas ?? 1
    const active = pods.of(set).filter(isActive)
    if (active.length < wanted)
      await Promise.all(Array.from({ length: wanted - active.length }, () => pods.create(set)))
    // those that are least far go first
    const surplus = active
      .sort((a, b) => Number(isPodReady(a)) - Number(isPodReady(b)))
      .slice(0, Math.max(0, active.length - wanted))
    await Promise.all(surplus.map((pod) => pods.delete(set, pod)))
    await Promise.all(
      pods
        .of(set)
        .filter((pod) => isOver(pod) && !pod.metadata.deletionTimestamp && wanted > 0 && !isEvicted(pod))
        .map((pod) => pods.delete(set, pod)),
    )
  }
  informers.listen(REPLICA_SETS, { upsert: (set) => queue.add(objectKey(set)) })
  return { stop: () => queue.stop() }
}

/** The pods of an eviction stay as its evidence. */
function isEvicted(pod: KubeObject): boolean {
  return (pod['status'] as { reason?: string } | undefined)?.reason === 'Evicted'
}
