import * as backOffs from './backOff.ts'
import { containerConfig } from './containerConfig.ts'
import { fieldPathOf, type ContainerRecord } from './containerRecord.ts'
import type { ImagePuller } from './imagePuller.ts'
import { ContainerConfigError } from './environment.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { runHook } from './lifecycleHook.ts'
import { lastExit, terminated, type PodState } from './podState.ts'
import { podFullName, specOf } from './podSpec.ts'
import { goDuration } from './timers.ts'

/** What a start needs of the pod's worker. */
export interface StarterHost {
  readonly state: PodState
  readonly images: ImagePuller
  /** Look at the pod again after so many ms. */
  lookAgain(ms: number): void
  /** The container runs: its probes may begin. */
  running(record: ContainerRecord): void
  kill(record: ContainerRecord, why: string, graceSeconds: number): Promise<void>
}

/** Starts one attempt of a container: back-off, image, config, create, start, postStart (kuberuntime startContainer). True when it runs. */
export async function startContainer(
  context: KubeletContext,
  host: StarterHost,
  record: ContainerRecord,
): Promise<boolean> {
  const { state } = host
  const { pod } = state
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.events.event(pod, type, reason, message, fieldPathOf(record))
  const wait = (reason: string, message: string, ms: number): false => {
    record.last = lastExit(record)
    record.state = { kind: 'waiting', reason, message }
    host.lookAgain(ms)
    return false
  }

  if (backingOff(context, host, record)) return false
  const exit = lastExit(record)
  if (exit && state.sandboxOf.has(record)) record.backOff = backOffs.next(record.backOff, exit.finishedAt ?? 0)

  const image = await host.images.ensure(pod, record)
  if (!('image' in image)) return wait(image.reason, image.message, image.retryMs)
  const inNewSandbox = state.sandboxOf.get(record) !== state.sandbox!.id
  const forgotten = inNewSandbox && context.runtime.host.forgetsRestarts
  const attempt = (record.id === null && exit === null) || forgotten ? 0 : record.restartCount + 1
  let config
  try {
    config = await containerConfig(context, pod, record.spec, attempt, state.volumes.mounted, state.podIps)
    const pidTarget = targetOf(state, record)
    if (pidTarget !== undefined) config.pidTarget = pidTarget
  } catch (error) {
    tell('Warning', 'Failed', `Error: ${(error as Error).message}`)
    const reason = error instanceof ContainerConfigError ? 'CreateContainerConfigError' : 'CreateContainerError'
    return wait(reason, (error as Error).message, context.latencies.retry)
  }

  let id: string
  try {
    id = await context.runtime.createContainer(state.sandbox!.id, config)
  } catch (error) {
    tell('Warning', 'Failed', `Error: ${(error as Error).message}`)
    return wait('CreateContainerError', (error as Error).message, context.latencies.retry)
  }
  adopt(context, host, record, id, attempt, exit)
  record.image = image.image
  tell('Normal', 'Created', `Created container: ${record.spec.name}`)
  try {
    await context.runtime.startContainer(id)
  } catch (error) {
    // an event names the container in place of its id, so that repetitions are one event (kuberuntime recordContainerEvent)
    tell('Warning', 'Failed', `Error: ${(error as Error).message}`.replaceAll(id, record.spec.name))
    startFailed(context, host, record, (error as Error).message)
    return false
  }
  tell('Normal', 'Started', `Started container ${record.spec.name}`)
  record.state = { kind: 'running', startedAt: context.runtime.containerStatus(id)?.startedAt ?? context.clock.now() }
  record.started = !record.spec.startupProbe
  record.ready = !record.spec.readinessProbe
  const { postStart } = record.spec.lifecycle ?? {}
  if (postStart) {
    try {
      await runHook(context, record, postStart, state.podIps, 0)
    } catch {
      tell('Warning', 'FailedPostStartHook', 'PostStartHook failed')
      await host.kill(record, 'FailedPostStartHook', specOf(pod).terminationGracePeriodSeconds ?? 30)
      host.lookAgain(0)
      return false
    }
  }
  host.running(record)
  return true
}

/** startSpec.getTargetID of kuberuntime_container.go. */
function targetOf(state: PodState, { spec }: ContainerRecord): string | undefined {
  const name = spec.targetContainerName
  if (!name) return undefined
  const id = state.records.find((other) => other.spec.name === name)?.id
  if (!id) throw new ContainerConfigError(`unable to find target container ${name}`)
  return id
}

/** The container has ended too often to be started already: it waits, and the pod is looked at again. */
export function backingOff(context: KubeletContext, host: StarterHost, record: ContainerRecord): boolean {
  const { pod } = host.state
  const exit = lastExit(record)
  const left = exit ? backOffs.remaining(record.backOff, exit.finishedAt ?? 0, context.clock.now()) : 0
  if (left <= 0) return false
  context.events.event(
    pod,
    'Warning',
    'BackOff',
    `Back-off restarting failed container ${record.spec.name} in pod ${podFullName(pod)}`,
    fieldPathOf(record),
  )
  const message = `back-off ${goDuration(record.backOff!.delayMs)} restarting failed container=${record.spec.name} pod=${podFullName(pod)}`
  record.last = exit
  record.state = { kind: 'waiting', reason: 'CrashLoopBackOff', message }
  host.lookAgain(Math.min(left, context.latencies.retry))
  return true
}

/** The record now stands for the new attempt; of the old ones the runtime keeps the last (MaxPerPodContainer 1). */
function adopt(
  context: KubeletContext,
  host: StarterHost,
  record: ContainerRecord,
  id: string,
  attempt: number,
  exit: ContainerRecord['last'],
): void {
  record.last = exit
  record.restartCount = attempt
  record.id = id
  record.condemned = null
  record.ids.push(id)
  host.state.sandboxOf.set(record, host.state.sandbox!.id)
  context.runtimeListeners.set(id, () => host.lookAgain(context.latencies.relist))
  for (const old of record.ids.splice(0, Math.max(0, record.ids.length - 2))) {
    context.runtimeListeners.delete(old)
    void context.runtime.removeContainer(old).catch(() => {})
  }
}

/** containerd leaves an exited container (128, StartError). Where it will be restarted the kubelet shows it as waiting first. */
function startFailed(context: KubeletContext, host: StarterHost, record: ContainerRecord, message: string): void {
  const { pod } = host.state
  const status = context.runtime.containerStatus(record.id!)
  const end = {
    ...terminated(context, pod, record, status),
    exitCode: status?.exitCode ?? 128,
    reason: status?.reason ?? 'StartError',
    message: status?.message ?? message,
    startedAt: status?.startedAt ?? 0,
  }
  const again = record.role === 'sidecar' || (specOf(pod).restartPolicy ?? 'Always') !== 'Never'
  if (again) {
    record.last = end
    record.state = { kind: 'waiting', reason: 'RunContainerError', message }
  } else {
    record.state = { kind: 'terminated', ...end }
  }
  host.lookAgain(context.latencies.relist)
}
