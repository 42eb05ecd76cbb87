import { containerResources } from './containerConfig.ts'
import type { ContainerRecord } from './containerRecord.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { amount } from './podResources.ts'
import { specOf, type ContainerSpec, type ResourceList } from './podSpec.ts'
import type { WorkerHost } from './podWorker.ts'

/** What a pod says of its resize, as conditions PodResizePending and PodResizeInProgress. */
export interface ResizeState {
  pending: ResizeTrouble | null
  inProgress: Partial<ResizeTrouble> | null
}

interface ResizeTrouble {
  reason: 'Infeasible' | 'Deferred' | 'Error'
  message: string
}

type Resources = NonNullable<ContainerSpec['resources']>

/**
 * In-place resize as the kubelet of 1.34 does it (pkg/kubelet/allocation, handlePodResourcesResize; kuberuntime, doPodResizeAction): what the node has room
 * for is allocated and shown as in progress, the runtime updates memory and then CPU of each container, and the pass that follows finds all of it done.
 */
export async function resizePod(context: KubeletContext, host: WorkerHost): Promise<void> {
  const { state } = host
  const { resize } = state
  const wanted = unlike(state.records, specOf(state.pod).containers)
  if (wanted.length === 0) {
    resize.pending = null
    if (resize.inProgress === null) return
    resize.inProgress = null
    for (const record of state.records) delete record.reported
    context.events.event(state.pod, 'Normal', 'ResizeCompleted', completed(state.records))
    return
  }
  const refused = host.resizable(state.pod)
  if (refused) {
    resize.pending = refused
    return host.lookAgain(context.latencies.retry)
  }
  resize.pending = null
  resize.inProgress = {}
  void host.write()
  for (const { record, resources } of wanted) {
    record.reported ??= record.spec.resources
    try {
      await actuate(context, host, record, resources)
    } catch (error) {
      resize.inProgress = { reason: 'Error', message: (error as Error).message }
      return host.lookAgain(SYNC_MS)
    }
  }
  host.lookAgain(context.latencies.relist)
}

/** syncFrequency of the kubelet's configuration. */
const SYNC_MS = 60_000

async function actuate(
  context: KubeletContext,
  host: WorkerHost,
  record: ContainerRecord,
  resources: Resources,
): Promise<void> {
  const before = record.spec.resources ?? {}
  // One that does not run is made with the new ones.
  if (record.state.kind !== 'running' || !record.id) return become(record, resources)
  if (asksRestart(record.spec, before, resources)) {
    record.condemned = { why: `Container ${record.spec.name} resize requires restart`, graceSeconds: undefined }
    return become(record, resources)
  }
  for (const name of ['memory', 'cpu'] as const) {
    const next = withAmount(record.spec.resources ?? {}, resources, name)
    if (sameResources(next, record.spec.resources ?? {})) continue
    const spec = { ...record.spec, resources: next }
    await context.runtime.updateContainer(record.id, containerResources(context, host.state.pod, spec))
    record.spec = spec
  }
}

function become(record: ContainerRecord, resources: Resources): void {
  record.spec = { ...record.spec, resources }
}

/** Containers that have other resources than the API wants. */
function unlike(records: readonly ContainerRecord[], containers: readonly ContainerSpec[]) {
  return records.flatMap((record) => {
    const resources = containers.find(({ name }) => name === record.spec.name)?.resources
    if (record.role !== 'main' || !resources) return []
    return sameResources(resources, record.spec.resources ?? {}) ? [] : [{ record, resources }]
  })
}

/** As far as they can change. */
function sameResources(one: Resources, other: Resources): boolean {
  return (['cpu', 'memory'] as const).every(
    (name) => same(one.limits, other.limits, name) && same(one.requests, other.requests, name),
  )
}

function same(one: ResourceList | undefined, other: ResourceList | undefined, name: string): boolean {
  const [left, right] = [one?.[name], other?.[name]]
  if (left === undefined || right === undefined) return left === right
  return amount(name, left) === amount(name, right)
}

function withAmount(present: Resources, wanted: Resources, name: 'cpu' | 'memory'): Resources {
  const set = (list: ResourceList | undefined, from: ResourceList | undefined): ResourceList => {
    const value = from?.[name]
    return { ...list, ...(value === undefined ? {} : { [name]: value }) }
  }
  return {
    ...(wanted.limits ? { limits: set(present.limits, wanted.limits) } : {}),
    ...(wanted.requests ? { requests: set(present.requests, wanted.requests) } : {}),
  }
}

/** resizePolicy of what changes. */
function asksRestart({ resizePolicy }: ContainerSpec, before: Resources, after: Resources): boolean {
  return (resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      !(same(before.limits, after.limits, resourceName) && same(before.requests, after.requests, resourceName)),
  )
}

/** allocation manager, podResizeCompletionMsg. */
function completed(records: readonly ContainerRecord[]): string {
  const containers = records
    .filter(({ role }) => role === 'main')
    .map(({ spec: { name, resources } }) => ({ name, resources }))
  return `Pod resize completed: ${JSON.stringify({ containers })}`
}
