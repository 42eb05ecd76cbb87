import type { ServedPod } from './endpoint.ts'
import { timestamp } from './timers.ts'

/** GET /pods of a kubelet: the pods that it holds. */
export function podList(pods: readonly ServedPod[]): object {
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods.map(({ pod }) => pod()) }
}

/** GET /stats/summary (k8s.io/kubelet stats/v1alpha1): what the runtime counts, the writable layers. CPU and memory are not counted here. */
export function statsSummary(node: string, pods: readonly ServedPod[]): object {
  return { node: { nodeName: node }, pods: pods.map(podStats) }
}

function podStats({ pod, records, runtime, clock }: ServedPod): object {
  const { name, namespace, uid } = pod().metadata
  const time = timestamp(clock.now())
  const containers = records.flatMap(({ spec, state, id }) => {
    if (state.kind !== 'running' || id === null) return []
    const rootfs = { time, usedBytes: runtime.writableLayerBytes(id) }
    return [{ name: spec.name, startTime: timestamp(state.startedAt), rootfs }]
  })
  const usedBytes = containers.reduce((sum, { rootfs }) => sum + rootfs.usedBytes, 0)
  return { podRef: { name, namespace, uid }, containers, 'ephemeral-storage': { time, usedBytes } }
}
