import type { KubeletContext } from './kubeletContext.ts'
import type { PodState } from './podState.ts'
import { podLimits } from './podResources.ts'
import type { PodWorker } from './podWorker.ts'
import { parseBytes } from './quantity.ts'
import { specOf } from './podSpec.ts'
import { pauseUnlessAborted } from './timers.ts'

/** The pod has a limit of local storage that the eviction manager has to watch. */
export function limitsLocalStorage(state: PodState): boolean {
  const spec = specOf(state.pod)
  return (
    spec.containers.some((container) => container.resources?.limits?.['ephemeral-storage'] !== undefined) ||
    (spec.volumes ?? []).some(
      (volume) => volume.emptyDir?.sizeLimit !== undefined && volume.emptyDir.medium !== 'Memory',
    )
  )
}

/** Local storage eviction (pkg/kubelet/eviction/eviction_manager.go, localStorageEviction): messages in its words. null: within the limits. */
export function storageViolation(context: KubeletContext, state: PodState): string | null {
  const spec = specOf(state.pod)
  const { host } = context.runtime
  let used = 0
  for (const [name, volume] of state.volumes.mounted) {
    if (!volume.ephemeral) continue
    const bytes = host.usage(volume.hostPath)
    used += bytes
    if (!context.runtime.host.ignoresVolumeLimits && volume.sizeLimitBytes !== null && bytes > volume.sizeLimitBytes) {
      const limit = spec.volumes?.find((one) => one.name === name)?.emptyDir?.sizeLimit
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `
    }
  }
  const layers = state.records
    .filter((record) => record.id && record.role !== 'ephemeral')
    .map((record) => ({ record, bytes: context.runtime.writableLayerBytes(record.id!) }))
  const total = podLimits(state.pod).get('ephemeral-storage')
  used += layers.reduce((sum, { bytes }) => sum + bytes, 0)
  if (
    total !== undefined &&
    used > total &&
    spec.containers.every((container) => container.resources?.limits?.['ephemeral-storage'] !== undefined)
  ) {
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${quantityText(state)}. `
  }
  for (const { record, bytes } of layers) {
    const limit = record.spec.resources?.limits?.['ephemeral-storage']
    if (limit !== undefined && bytes > parseBytes(limit))
      return `Container ${record.spec.name} exceeded its local ephemeral storage limit "${limit}". `
  }
  return null
}

/** The sum of the limits as a quantity; of one container, as it was written. */
function quantityText(state: PodState): string {
  const limits = specOf(state.pod).containers.map((container) => container.resources!.limits!['ephemeral-storage']!)
  if (limits.length === 1) return limits[0]!
  const sum = limits.reduce((bytes, limit) => bytes + parseBytes(limit), 0)
  for (const [suffix, unit] of [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const)
    if (sum % unit === 0) return `${sum / unit}${suffix}`
  return String(sum)
}

/** Looks at the pod's storage each period for as long as it runs. */
export async function watchStorage(context: KubeletContext, worker: PodWorker, signal: AbortSignal): Promise<void> {
  while (!worker.ended && (await pauseUnlessAborted(context.clock, context.latencies.eviction, signal))) {
    const message = worker.ended || worker.state.failure ? null : storageViolation(context, worker.state)
    if (!message) continue
    context.events.event(worker.state.pod, 'Warning', 'Evicted', message)
    return worker.fail('Evicted', message)
  }
}
