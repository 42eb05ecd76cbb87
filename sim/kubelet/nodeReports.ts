import type { ServedPod } from './endpoint.ts'
import { timestamp } from './timers.ts'

/** GET /pods of a kubelet: the pods that it holds. */
export function podList(pods: readonly ServedPod[]): object {
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods.map(({ pod }) => pod()) }
}

/** GET /stats/summary (k8s.io/kubelet stats/v1alpha1): CPU, memory and writable layers of containers, as the runtime counts them. */
export function statsSummary(node: string, pods: readonly ServedPod[]): object {
  return { node: { nodeName: node }, pods: pods.map(podStats) }
}

function podStats({ pod, records, runtime, clock }: ServedPod): object {
  const { name, namespace, uid } = pod().metadata
  const time = timestamp(clock.now())
  // Times of CRI statistics have nanoseconds.
  const exact = new Date(clock.now()).toISOString()
  const containers = records.flatMap(({ spec, state, id }) => {
    if (state.kind !== 'running' || id === null) return []
    const rootfs = { time, usedBytes: runtime.writableLayerBytes(id) }
    const { cpuUsec, memoryKiB } = runtime.usage(id)
    const cpu = { time: exact, usageCoreNanoSeconds: cpuUsec * 1000 }
    const memory = { time: exact, workingSetBytes: memoryKiB * 1024 }
    return [{ name: spec.name, startTime: timestamp(state.startedAt), cpu, memory, rootfs }]
  })
  const usedBytes = containers.reduce((sum, { rootfs }) => sum + rootfs.usedBytes, 0)
  return { podRef: { name, namespace, uid }, containers, 'ephemeral-storage': { time, usedBytes } }
}
