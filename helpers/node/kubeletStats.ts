import type { ReadApi } from '../behaviour.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** CPU and memory of a pod's container as the kubelet counts them: by cAdvisor, or by what the shim answers for it. */
export interface ContainerStats {
  /** When the CPU time was read, ms since the epoch. */
  readonly atMs: number
  /** CPU time since the container's start, s. */
  readonly cpuSeconds: number
  readonly workingSetMiB: number
}

interface Summary {
  readonly pods?: readonly {
    readonly podRef: { readonly uid: string }
    readonly containers?: readonly {
      readonly name: string
      readonly cpu?: { readonly time: string; readonly usageCoreNanoSeconds?: number }
      readonly memory?: { readonly workingSetBytes?: number }
    }[]
  }[]
}

/**
 * /stats/summary of the pod's kubelet (k8s.io/kubelet stats/v1alpha1), through the API server. What the kubelet does not say counts as 0; null when it does
 * not know the pod.
 */
export async function kubeletStats(api: ReadApi, pod: PodHandle, container = 'main'): Promise<ContainerStats | null> {
  const summary = (await api.raw(`/api/v1/nodes/${pod.node}/proxy/stats/summary`)) as Summary
  return statsOf(summary, pod.uid, container)
}

export function statsOf({ pods }: Summary, podUid: string, container: string): ContainerStats | null {
  const found = pods?.find(({ podRef }) => podRef.uid === podUid)?.containers?.find(({ name }) => name === container)
  if (!found) return null
  return {
    atMs: Date.parse(found.cpu?.time ?? '') || 0,
    cpuSeconds: (found.cpu?.usageCoreNanoSeconds ?? 0) / 1e9,
    workingSetMiB: (found.memory?.workingSetBytes ?? 0) / 2 ** 20,
  }
}

/**
 * CPUs in the busiest stretch between two readings, of those that are at least `seconds` apart. The kubelet reads when it likes, every 10 to 15 s, and its
 * readings say when: what a container was given while it computed is in a stretch that began and ended meanwhile. Throws when no two are that far apart.
 */
export function busiestStretch(readings: readonly ContainerStats[], seconds: number): number {
  const rates = readings.flatMap((first, index) =>
    readings
      .slice(index + 1)
      .filter(({ atMs }) => atMs - first.atMs >= seconds * 1000)
      .map((last) => (1000 * (last.cpuSeconds - first.cpuSeconds)) / (last.atMs - first.atMs)),
  )
  if (rates.length > 0) return Math.max(...rates)
  const at = readings.map(({ atMs }) => new Date(atMs).toISOString())
  throw new Error(`no two readings of the kubelet's are ${seconds} s apart: ${at.join(', ') || 'none'}`)
}
