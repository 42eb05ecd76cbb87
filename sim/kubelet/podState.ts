import type { KubeObject } from '../kubeObject.ts'
import type { ContainerStatus } from './containerRuntime.ts'
import { newRecord, type ContainerRecord, type Terminated } from './containerRecord.ts'
import { terminationLogPath } from './containerConfig.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { hasRun, type Phase } from './podPhase.ts'
import type { ResizeState } from './podResize.ts'
import { isSidecar, specOf } from './podSpec.ts'
import { createPodVolumes, type PodVolumes } from './volumes/podVolumes.ts'

export interface Sandbox {
  id: string
  /** Its VM or pause process has died: it will be replaced. */
  lost: boolean
  ready: boolean
}

/** What a kubelet knows of one pod. */
export interface PodState {
  pod: KubeObject
  readonly records: ContainerRecord[]
  readonly volumes: PodVolumes
  sandbox: Sandbox | null
  sandboxAttempt: number
  /** Sandbox in which the newest attempt of a container was made. */
  readonly sandboxOf: Map<ContainerRecord, string>
  podIps: string[]
  failure: { reason: string; message: string } | null
  ended: boolean
  readonly resize: ResizeState
  phase: Phase
  startTime: number
  readonly conditionTimes: Map<string, { status: string; at: number }>
}

export function newPodState(context: KubeletContext, pod: KubeObject): PodState {
  const spec = specOf(pod)
  const waitingFor = waitingReason(pod)
  return {
    pod,
    records: [
      ...(spec.initContainers ?? []).map((container) =>
        newRecord(container, isSidecar(container) ? 'sidecar' : 'init', waitingFor),
      ),
      ...spec.containers.map((container) => newRecord(container, 'main', waitingFor)),
    ],
    volumes: createPodVolumes(context, pod),
    sandbox: null,
    sandboxAttempt: 0,
    sandboxOf: new Map(),
    podIps: spec.hostNetwork ? [...context.hostIps] : [],
    failure: null,
    ended: false,
    resize: { pending: null, inProgress: null },
    phase: 'Pending',
    startTime: context.clock.now(),
    conditionTimes: new Map(),
  }
}

function waitingReason(pod: KubeObject): string {
  return specOf(pod).initContainers?.length ? 'PodInitializing' : 'ContainerCreating'
}

/** How the container's newest attempt ended; null when it runs or has never run. */
export function lastExit(record: ContainerRecord): Terminated | null {
  if (record.state.kind === 'terminated') return record.state
  return record.state.kind === 'waiting' ? record.last : null
}

export function shouldRestart(pod: KubeObject, record: ContainerRecord): boolean {
  const exit = lastExit(record)
  if (!exit || record.role === 'ephemeral') return false
  if (record.role === 'sidecar') return true
  const policy = specOf(pod).restartPolicy ?? 'Always'
  if (record.role === 'init') return exit.exitCode !== 0 && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && exit.exitCode !== 0)
}

/** Takes over from the runtime which containers have ended. True when any has. */
export function noticeExits(context: KubeletContext, state: PodState): boolean {
  let changed = false
  for (const record of state.records) {
    if (record.state.kind !== 'running' || !record.id) continue
    const status = context.runtime.containerStatus(record.id)
    if (status && status.state !== 'exited') continue
    record.state = { kind: 'terminated', ...terminated(context, state.pod, record, status) }
    record.started = false
    record.ready = false
    changed = true
  }
  return changed
}

export function terminated(
  context: KubeletContext,
  pod: KubeObject,
  record: ContainerRecord,
  status: ContainerStatus | null,
): Terminated {
  const exitCode = status?.exitCode ?? 255
  const message = terminationMessage(context, pod, record, exitCode) ?? status?.message
  return {
    exitCode,
    reason: status?.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    ...(message ? { message } : {}),
    startedAt: status ? (status.startedAt ?? 0) : record.state.kind === 'running' ? record.state.startedAt : null,
    finishedAt: status?.finishedAt ?? context.clock.now(),
    containerId: record.id,
  }
}

/** The termination log (4096 bytes), or the end of the log where the policy says so and the container failed (2048 bytes, 80 lines). */
function terminationMessage(
  context: KubeletContext,
  pod: KubeObject,
  record: ContainerRecord,
  exitCode: number,
): string | null {
  const file = context.runtime.host.readFile(terminationLogPath(pod, record.spec, record.restartCount))
  if (file?.length) return Buffer.from(file).subarray(0, 4096).toString()
  if (record.spec.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0 || !record.id) return null
  const tail = context.runtime
    .logs(record.id)
    .slice(-80)
    .map((line) => line.text)
    .join('\n')
  return Buffer.from(tail).subarray(-2048).toString() || null
}

/**
 * Why a container that never ran is waiting is not told any more once its pod goes: nobody starts it again (generateAPIPodStatus,
 * ShouldContainerBeRestarted; recorded). @returns whether any was told before
 */
export function forgetWaiting(state: PodState): boolean {
  const told = state.records.filter(
    ({ id, last, state: { kind } }) => kind === 'waiting' && id === null && last === null,
  )
  const reason = waitingReason(state.pod)
  const changed = told.some(({ state: before }) => before.kind === 'waiting' && before.reason !== reason)
  for (const record of told) record.state = { kind: 'waiting', reason }
  return changed
}

/** A pod that goes leaves no container waiting (status manager, TerminatePod; texts as recorded). */
export function settleForTermination(state: PodState): void {
  const initialized = state.records.every(
    (record) => record.role !== 'init' || (record.state.kind === 'terminated' && record.state.exitCode === 0),
  )
  for (const record of state.records) {
    if (record.state.kind === 'waiting' && record.last) record.state = { kind: 'terminated', ...record.last }
    else if (record.state.kind !== 'terminated' && record.role === 'main' && (initialized || hasRun(record))) {
      record.state = {
        kind: 'terminated',
        ...unknownExit('The container could not be located when the pod was terminated'),
      }
    }
    record.last = null
  }
}

/**
 * Containers of an evicted pod are removed at once: the kubelet then finds none, takes those that ran for ones to be made again, and counts a
 * restart that never was (recorded). The pod's last status has them as `settleEvicted` leaves them.
 */
export function loseEvicted(state: PodState): void {
  for (const record of state.records) {
    if (record.role !== 'main') continue
    const ran = hasRun(record)
    if (ran) record.restartCount += 1
    record.last = ran
      ? unknownExit('The container could not be located when the pod was deleted.  The container used to be Running')
      : null
    record.state = { kind: 'waiting', reason: 'ContainerCreating' }
    record.id = null
  }
}

export function settleEvicted(state: PodState): void {
  for (const record of state.records) {
    if (record.role !== 'main') continue
    record.state = {
      kind: 'terminated',
      ...unknownExit('The container could not be located when the pod was terminated'),
    }
  }
}

function unknownExit(message: string): Terminated {
  return {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message,
    startedAt: null,
    finishedAt: null,
    containerId: null,
  }
}
