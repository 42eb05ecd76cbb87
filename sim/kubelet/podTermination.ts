import { fieldPathOf, type ContainerRecord } from './containerRecord.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { runHook } from './lifecycleHook.ts'
import {
  forgetWaiting,
  loseEvicted,
  noticeExits,
  settleEvicted,
  settleForTermination,
  type PodState,
} from './podState.ts'
import { specOf } from './podSpec.ts'
import type { WorkerHost } from './podWorker.ts'

/** Event, preStop, TERM, and KILL after what is left of the grace period. Resolves when the container has ended. */
export async function killContainer(
  context: KubeletContext,
  host: WorkerHost,
  record: ContainerRecord,
  why: string,
  graceSeconds: number,
): Promise<void> {
  const { state } = host
  host.stopProbes(record)
  context.events.event(state.pod, 'Normal', 'Killing', why, fieldPathOf(record))
  const began = context.clock.now()
  const { preStop } = record.spec.lifecycle ?? {}
  if (preStop && graceSeconds > 0) {
    try {
      await runHook(context, record, preStop, state.podIps, graceSeconds * 1000)
    } catch {
      context.events.event(state.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', fieldPathOf(record))
    }
  }
  // two seconds at the least after a preStop hook (kuberuntime, minimumGracePeriodInSeconds)
  const left = preStop ? Math.max(2000, graceSeconds * 1000 - (context.clock.now() - began)) : graceSeconds * 1000
  await context.runtime.stopContainer(record.id!, left).catch(() => {})
  noticeExits(context, state)
}

/** All containers have ended by themselves: the status with their ends first, then without sandbox and with the final phase (as recorded). */
export async function endPod(context: KubeletContext, host: WorkerHost): Promise<void> {
  const { state } = host
  await host.write()
  await stopAll(
    host,
    state.records.filter((record) => record.role === 'sidecar'),
    graceOf(state),
  )
  await stopSandbox(context, state)
  state.ended = true
  await host.write()
}

/** The pod is deleted, or has failed for a reason of the kubelet's: its containers end, and its status becomes final. */
export async function terminatePod(context: KubeletContext, host: WorkerHost): Promise<void> {
  const { state } = host
  if (state.ended) return
  const evicted = state.failure?.reason === 'Evicted'
  if (forgetWaiting(state)) await host.write()
  await stopAll(host, state.records, evicted ? 1 : graceOf(state))
  await stopSandbox(context, state)
  noticeExits(context, state)
  state.ended = true
  if (evicted) {
    loseEvicted(state)
    await host.write()
    settleEvicted(state)
  } else settleForTermination(state)
  await host.write()
}

/** Nothing of the pod stays on the node: what still runs was deleted by force. */
export async function discardPod(context: KubeletContext, host: WorkerHost): Promise<void> {
  const { state } = host
  await Promise.all(
    state.records.filter(runs).map((record) => context.runtime.stopContainer(record.id!, 1000).catch(() => {})),
  )
  await stopSandbox(context, state)
  for (const record of state.records) {
    for (const id of record.ids) {
      context.runtimeListeners.delete(id)
      await context.runtime.removeContainer(id).catch(() => {})
    }
  }
  if (state.sandbox) await context.runtime.removePodSandbox(state.sandbox.id).catch(() => {})
  state.volumes.tearDown()
  if (state.pod.metadata.uid) context.events.forget(state.pod.metadata.uid)
}

const runs = (record: ContainerRecord) => record.state.kind === 'running' && record.id !== null

/** Main containers at once, then sidecars one by one, the last started first. */
async function stopAll(host: WorkerHost, records: readonly ContainerRecord[], graceSeconds: number): Promise<void> {
  const kill = (record: ContainerRecord) => host.kill(record, `Stopping container ${record.spec.name}`, graceSeconds)
  await Promise.all(records.filter((record) => record.role !== 'sidecar' && runs(record)).map(kill))
  for (const record of records.filter((one) => one.role === 'sidecar').reverse()) if (runs(record)) await kill(record)
}

async function stopSandbox(context: KubeletContext, state: PodState): Promise<void> {
  if (!state.sandbox?.ready) return
  state.sandbox.ready = false
  context.runtimeListeners.delete(state.sandbox.id)
  await context.runtime.stopPodSandbox(state.sandbox.id).catch(() => {})
}

function graceOf(state: PodState): number {
  return state.pod.metadata.deletionGracePeriodSeconds ?? specOf(state.pod).terminationGracePeriodSeconds ?? 30
}
