import type { ApiError } from '../cluster/apiError.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { timeOf } from '../cluster/eventIndex.ts'
import { readinessOf } from './nodeReadiness.ts'
import { isForeignToRuntime, unschedulable } from './podEnd.ts'
import type { PodStartError } from './podStartError.ts'
import { type Cause, specOf, statusOf } from './podStatus.ts'

/** Whose fault it is that a pod took too long. */
export interface LateStart {
  readonly kind: PodStartError['kind']
  readonly failure: Cause
  /** What neither its status nor its events say. */
  readonly note?: string
}

/** A node by its name; null when there is none. Throws ApiError. */
type FindNode = (name: string) => Promise<KubeObject | null>

/**
 * Nothing conclusive until the deadline: whose fault it is, by what was seen last.
 * @param awaited what did not come
 */
export async function whyLate(
  pod: KubeObject | null,
  { events, waitedMs }: { readonly events: readonly KubeObject[]; readonly waitedMs: number },
  awaited: string,
  findNode: FindNode,
): Promise<LateStart> {
  const infrastructure = (failure: Cause): LateStart => ({ kind: 'infrastructure', failure })
  const place = pod ? unschedulable(pod) : null
  if (place) return infrastructure(place.cause)
  const node = pod ? (specOf(pod).nodeName ?? '') : ''
  if (!pod || !node) return infrastructure({ reason: 'NotScheduled', message: 'no scheduler has looked at it' })
  const lost = await nodeTrouble(findNode, node, pod.metadata.creationTimestamp)
  if (lost) return { ...infrastructure({ reason: 'NodeNotReady', message: lost }), note: lost }
  const pulling = imageBeingPulled(events)
  if (pulling) return infrastructure({ reason: 'Pulling', message: String(pulling['message']) })
  // Why it had no place is history once it has one.
  const warning = events.findLast(({ type, reason }) => type === 'Warning' && reason !== 'FailedScheduling')
  if (!warning) {
    const held = heldBack(pod, waitedMs)
    if (held) return { ...infrastructure({ reason: 'ScheduledLate', message: held }), note: held }
    const volume = volumeAwaited(pod, waitedMs)
    if (volume) return { ...infrastructure({ reason: 'VolumeNotMounted', message: volume }), note: volume }
    return { kind: 'product', failure: { reason: 'Timeout', message: `no ${awaited} in time` } }
  }
  const failure = { reason: String(warning['reason']), message: String(warning['message']) }
  return { kind: isForeign(failure) ? 'infrastructure' : 'product', failure }
}

/** A volume that does not come, or a network, is not the runtime's; a sandbox or container that does not come is. */
const isForeign = ({ reason, message }: Cause): boolean =>
  /Volume|Mount|network for sandbox|plugin type=|image/.test(`${reason} ${message}`) || isForeignToRuntime(message)

/**
 * The event of a pull that has not ended: no later one says of the same image that it is there, or cannot be had. A kubelet pulls one image after the
 * other, and tells neither progress nor place in the queue (pkg/kubelet/images/image_manager.go, 1.34).
 */
function imageBeingPulled(events: readonly KubeObject[]): KubeObject | null {
  const imageOf = (event: KubeObject): string | undefined => /image "([^"]+)"/.exec(String(event['message']))?.[1]
  const open = events.findLast(
    (event) =>
      event['reason'] === 'Pulling' &&
      !events.some(
        (other) =>
          ['Pulled', 'Failed'].includes(String(other['reason'])) &&
          imageOf(other) === imageOf(event) &&
          timeOf(other) >= timeOf(event),
      ),
  )
  return open ?? null
}

/** That most of the time went by before the scheduler found a node; null when it did not. */
function heldBack(pod: KubeObject, waitedMs: number): string | null {
  const heldMs = untilScheduledMs(pod)
  if (!(heldMs > waitedMs / 2)) return null
  return `it had a node only after ${inSeconds(heldMs)} of ${inSeconds(waitedMs)}`
}

/** When the kubelet says of a volume that it does not come: podAttachAndMountTimeout, pkg/kubelet/volumemanager/volume_manager.go (1.34). */
const KUBELET_SPEAKS_OF_VOLUMES_MS = 123_000

/** That its claimed volume may be what it waited for, before the kubelet would have said so; null where it was not. The sandbox comes after all volumes. */
function volumeAwaited(pod: KubeObject, waitedMs: number): string | null {
  const claimed = specOf(pod).volumes?.find((volume) => volume.persistentVolumeClaim)
  const hasSandbox = statusOf(pod).conditions?.some(
    ({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True',
  )
  const heldMs = untilScheduledMs(pod)
  if (!claimed || hasSandbox || !(waitedMs - heldMs < KUBELET_SPEAKS_OF_VOLUMES_MS)) return null
  return `it had a node after ${inSeconds(heldMs)} of ${inSeconds(waitedMs)}, and a claimed volume, of which the kubelet says nothing yet`
}

/** From its creation, ms; NaN where the pod does not say. */
function untilScheduledMs(pod: KubeObject): number {
  const scheduled = statusOf(pod).conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'True')
  return Date.parse(scheduled?.lastTransitionTime ?? '') - Date.parse(pod.metadata.creationTimestamp ?? '')
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`

/** Why the node is not to be believed, null when it has been ready since the pod was created, or may not be asked for. */
async function nodeTrouble(findNode: FindNode, name: string, created: string | undefined): Promise<string | null> {
  let node
  try {
    node = await findNode(name)
  } catch (error) {
    return (error as ApiError).code === 403 ? null : `node ${name} cannot be asked for: ${(error as Error).message}`
  }
  if (node === null) return `node ${name} no longer exists`
  const { isReady, why, since } = readinessOf(node)
  if (!isReady) return `node ${name} is not ready: ${why}`
  const late = created !== undefined && since !== null && Date.parse(since) > Date.parse(created)
  return late ? `node ${name} is ready only since ${since}, and was asked to run the pod at ${created}` : null
}
