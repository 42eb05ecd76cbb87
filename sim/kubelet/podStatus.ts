import type { KubeObject } from '../kubeObject.ts'
import type { ContainerRecord, Terminated } from './containerRecord.ts'
import { podConditions, type Condition } from './podConditions.ts'
import { podPhase, type Phase } from './podPhase.ts'
import type { ResizeState } from './podResize.ts'
import { overheadOf, qosClass } from './podResources.ts'
import { timestamp } from './timers.ts'
import { conditionsOf } from '../controllers/objectViews.ts'

/** Everything that the status of a pod is made of. */
export interface PodView {
  pod: KubeObject
  containers: readonly ContainerRecord[]
  sandboxReady: boolean
  podIps: readonly string[]
  hostIps: readonly string[]
  startTime: number
  /** Evicted, DeadlineExceeded, rejected: the pod has failed for a reason of the kubelet's. */
  failure: { reason: string; message: string } | null
  /** No container can run any more: the phase may become final. */
  ended: boolean
  resize: ResizeState
  previousPhase: Phase
  conditionTimes: Map<string, { status: string; at: number }>
  now: number
  countsOverheadForQos: boolean
}

/** v1.PodStatus as kubelet's generateAPIPodStatus and the status manager's merge make it (Kubernetes 1.34, pkg/kubelet). */
export function podStatus(view: PodView): Record<string, unknown> {
  const { pod, containers } = view
  const generation = pod.metadata['generation'] as number | undefined
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  const byRole = (...roles: ContainerRecord['role'][]) =>
    containers.filter((container) => roles.includes(container.role))
  const computed: Phase = view.failure ? 'Failed' : podPhase(pod, containers, view.ended)
  const final = computed === 'Succeeded' || computed === 'Failed'
  // a pod that could still have running containers does not end yet: they hold devices and ports (status manager, 1.27)
  const held = final && !view.ended
  const phase = held ? view.previousPhase : computed
  const foreign = (conditionsOf(pod) as Condition[]).filter((condition) => !OWN_CONDITIONS.has(condition.type))
  const initStatuses = byRole('init', 'sidecar').map(containerStatus)
  const ephemeralStatuses = byRole('ephemeral').map(containerStatus)
  return {
    ...observed,
    phase,
    ...(view.failure && !held ? view.failure : {}),
    conditions: [
      ...foreign,
      ...podConditions(view, computed, foreign).map((condition) => ({ ...stamped(condition, view), ...observed })),
    ],
    ...(view.hostIps.length ? { hostIP: view.hostIps[0], hostIPs: view.hostIps.map((ip) => ({ ip })) } : {}),
    ...(view.podIps.length ? { podIP: view.podIps[0], podIPs: view.podIps.map((ip) => ({ ip })) } : {}),
    startTime: timestamp(view.startTime),
    ...(initStatuses.length ? { initContainerStatuses: initStatuses } : {}),
    containerStatuses: byRole('main').map(containerStatus),
    ...(ephemeralStatuses.length ? { ephemeralContainerStatuses: ephemeralStatuses } : {}),
    qosClass:
      view.countsOverheadForQos && overheadOf(pod).size > 0 && qosClass(pod) === 'BestEffort'
        ? 'Burstable'
        : qosClass(pod),
  }
}

/** A pod that admission refused has no containers and no conditions (recorded with an unsafe sysctl). */
export function rejectedStatus(
  pod: KubeObject,
  failure: { reason: string; message: string },
  now: number,
): Record<string, unknown> {
  const generation = pod.metadata['generation'] as number | undefined
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: 'Failed',
    reason: failure.reason,
    message: `Pod was rejected: ${failure.message}`,
    conditions: null,
    startTime: timestamp(now),
    qosClass: qosClass(pod),
  }
}

const OWN_CONDITIONS = new Set([
  'PodResizePending',
  'PodResizeInProgress',
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
])

/** A condition keeps its time of transition until its status changes. */
function stamped(condition: Omit<Condition, 'lastTransitionTime'>, view: PodView): Condition {
  let known = view.conditionTimes.get(condition.type)
  if (!known || known.status !== condition.status) {
    const given = conditionsOf(view.pod).find((c) => c.type === condition.type && c.status === condition.status)
    known = {
      status: condition.status,
      at: !known && given?.lastTransitionTime ? Date.parse(given.lastTransitionTime) : view.now,
    }
    view.conditionTimes.set(condition.type, known)
  }
  return { ...condition, lastProbeTime: null, lastTransitionTime: timestamp(known.at) }
}

function containerStatus(record: ContainerRecord): Record<string, unknown> {
  const { spec, state } = record
  const resources = record.reported ?? spec.resources ?? {}
  const requests = { ...resources.limits, ...resources.requests }
  const allocated = { ...spec.resources?.limits, ...spec.resources?.requests }
  const hasRequests = Object.keys(requests).length > 0
  return {
    name: spec.name,
    state: apiState(state),
    lastState: record.last ? { terminated: apiTerminated(record.last) } : {},
    ready: isReady(record),
    restartCount: record.restartCount,
    image: record.image && record.id ? record.image.name : spec.image,
    imageID: record.image && record.id ? record.image.id : '',
    ...(record.id ? { containerID: `containerd://${record.id}` } : {}),
    started: isStarted(record),
    ...(record.id
      ? {
          resources: {
            ...(resources.limits ? { limits: resources.limits } : {}),
            ...(hasRequests ? { requests } : {}),
          },
        }
      : {}),
    ...(record.id && hasRequests ? { allocatedResources: allocated } : {}),
    ...(record.id && spec.volumeMounts?.length
      ? {
          volumeMounts: spec.volumeMounts.map((mount) => ({
            name: mount.name,
            mountPath: mount.mountPath,
            ...(mount.readOnly ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
          })),
        }
      : {}),
  }
}

/** An init container is ready once it has done its work. */
export function isReady(record: ContainerRecord): boolean {
  if (record.role === 'init') return record.state.kind === 'terminated' && record.state.exitCode === 0
  if (record.role === 'ephemeral') return false
  return record.state.kind === 'running' && record.started && record.ready
}

export function isStarted(record: ContainerRecord): boolean {
  return record.state.kind === 'running' && (record.role === 'init' || record.started)
}

function apiState(state: ContainerRecord['state']): Record<string, unknown> {
  if (state.kind === 'running') return { running: { startedAt: timestamp(state.startedAt) } }
  if (state.kind === 'terminated') return { terminated: apiTerminated(state) }
  return { waiting: { reason: state.reason, ...(state.message ? { message: state.message } : {}) } }
}

function apiTerminated(state: Terminated): Record<string, unknown> {
  return {
    exitCode: state.exitCode,
    ...(state.signal ? { signal: state.signal } : {}),
    reason: state.reason,
    ...(state.message ? { message: state.message } : {}),
    startedAt: state.startedAt === null ? null : timestamp(state.startedAt),
    finishedAt: state.finishedAt === null ? null : timestamp(state.finishedAt),
    ...(state.containerId ? { containerID: `containerd://${state.containerId}` } : {}),
  }
}
