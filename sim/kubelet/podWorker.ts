import type { KubeObject } from '../kubeObject.ts'
import { newRecord, type ContainerRecord } from './containerRecord.ts'
import { runContainers } from './containerSync.ts'
import type { StarterHost } from './containerStarter.ts'
import { createImagePuller } from './imagePuller.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { resizePod } from './podResize.ts'
import { ensureSandbox } from './podSandbox.ts'
import { newPodState, noticeExits, type PodState } from './podState.ts'
import { podStatus, rejectedStatus } from './podStatus.ts'
import { discardPod, endPod, killContainer, terminatePod } from './podTermination.ts'
import { podPath, specOf } from './podSpec.ts'
import { startProbes } from './prober.ts'
import { createStatusWriter } from './statusWriter.ts'
import { pauseUnlessAborted } from './timers.ts'
import type { Rejection } from './admission.ts'
import type { Phase } from './podPhase.ts'

/** Drives one pod of a node from its binding to its deletion. */
export interface PodWorker {
  readonly state: PodState
  /** The pod as the API has it now. */
  update(pod: KubeObject): void
  /** The API has it no more. */
  removed(): void
  /** The pod fails and its containers end (eviction). */
  fail(reason: string, message: string): void
  /** Has no containers any more, and will have none. */
  readonly ended: boolean
  /** Resolves when nothing of the pod is left on the node. */
  readonly done: Promise<void>
  stop(): void
}

export interface WorkerHost extends StarterHost {
  /** Writes the status; probes of containers that do not run are stopped. */
  write(): Promise<void>
  stopProbes(record?: ContainerRecord): void
  /** Why the node has no room for the pod with other resources; null: it has, and counts them. */
  resizable(pod: KubeObject): { reason: 'Infeasible' | 'Deferred'; message: string } | null
}

/** @param admission null when the node takes the pod */
export function startPodWorker(
  context: KubeletContext,
  pod: KubeObject,
  admission: Rejection | null,
  resizable: WorkerHost['resizable'],
  onEnd: () => void,
): PodWorker {
  const state = newPodState(context, pod)
  const gone = new AbortController()
  const probes = new Map<ContainerRecord, () => void>()
  let removedFromApi = false
  let pending = true
  let resume: (() => void) | null = null
  let settingUpSince: number | null = null
  let mountDelay = 500

  const wake = () => {
    pending = true
    resume?.()
  }
  const lookAgain = (ms: number) => {
    if (ms <= 0) return wake()
    // short waits are latencies of the kubelet, long ones are back-offs and periods
    const waited =
      ms <= context.latencies.relist
        ? context.clock.sleep(ms, gone.signal).then(
            () => true,
            () => false,
          )
        : pauseUnlessAborted(context.clock, ms, gone.signal)
    void waited.then((passed) => passed && wake())
  }
  const status = () => {
    if (admission) return rejectedStatus(state.pod, admission, state.startTime)
    const built = podStatus({
      pod: state.pod,
      containers: state.records,
      sandboxReady: state.sandbox?.ready === true && !state.sandbox.lost,
      podIps: state.podIps,
      hostIps: context.hostIps,
      startTime: state.startTime,
      failure: state.failure,
      ended: state.ended,
      resize: state.resize,
      previousPhase: state.phase,
      conditionTimes: state.conditionTimes,
      now: context.clock.now(),
      countsOverheadForQos: context.runtime.host.countsOverheadForQos ?? false,
    })
    state.phase = built['phase'] as Phase
    return built
  }
  const writer = createStatusWriter(context, () => state.pod, status, gone.signal)

  const host: WorkerHost = {
    state,
    images: createImagePuller(context),
    lookAgain,
    write: () => writer.write(),
    stopProbes(record) {
      for (const [of, stop] of probes) {
        if (record && of !== record) continue
        stop()
        probes.delete(of)
      }
    },
    running(record) {
      host.stopProbes(record)
      const change = (apply: () => void) => () => {
        apply()
        wake()
      }
      probes.set(
        record,
        startProbes(context, state.pod, record, state.podIps, {
          started: change(() => (record.started = true)),
          ready: (ready) => change(() => (record.ready = ready))(),
          failed: (why, graceSeconds) => change(() => (record.condemned = { why, graceSeconds }))(),
        }),
      )
    },
    resizable,
    kill: (record, why, graceSeconds) => killContainer(context, host, record, why, graceSeconds),
  }

  const deleting = () => state.pod.metadata.deletionTimestamp !== undefined

  const sync = async (): Promise<'more' | 'done'> => {
    if (admission) {
      await writer.write()
      state.ended = true
      onEnd()
      return removedFromApi ? 'done' : 'more'
    }
    if (noticeExits(context, state))
      for (const record of state.records) if (record.state.kind !== 'running') host.stopProbes(record)
    if (removedFromApi) return 'done'
    if (deleting() || (state.failure && !state.ended)) {
      await terminatePod(context, host)
      onEnd()
      if (!deleting()) return 'more'
      state.volumes.tearDown()
      await context.client
        .delete(podPath(state.pod), { gracePeriodSeconds: 0, uid: state.pod.metadata.uid! })
        .catch(() => {})
      return 'done'
    }
    if (state.ended) return 'more'
    void writer.write()
    if (!(await setUpVolumes())) return 'more'
    if (!(await ensureSandbox(context, host))) return 'more'
    await resizePod(context, host)
    const { started, finished } = await runContainers(context, host)
    if (finished) {
      await endPod(context, host)
      onEnd()
      return 'more'
    }
    if (started) await context.clock.sleep(context.latencies.relist)
    void writer.write()
    return 'more'
  }

  /** Volume manager: retries with a back-off that doubles from 500 ms to about two minutes. */
  const setUpVolumes = async (): Promise<boolean> => {
    const first = settingUpSince === null
    settingUpSince ??= context.clock.now()
    if (first) await context.clock.sleep(context.latencies.volumes)
    const failed = await state.volumes.setUp(state.podIps)
    if (!failed.length) return true
    for (const { volume, message } of failed)
      context.events.event(
        state.pod,
        'Warning',
        'FailedMount',
        `MountVolume.SetUp failed for volume "${volume}" : ${message}`,
      )
    lookAgain(mountDelay)
    mountDelay = Math.min(122_000, mountDelay * 2)
    return false
  }

  const run = async (): Promise<void> => {
    watchDeadline()
    for (;;) {
      if (!pending && !gone.signal.aborted) await new Promise<void>((resolve) => (resume = resolve))
      resume = null
      if (gone.signal.aborted) return
      pending = false
      try {
        if ((await sync()) === 'done') break
      } catch (error) {
        context.events.event(
          state.pod,
          'Warning',
          'FailedSync',
          `error determining status: ${(error as Error).message}`,
        )
        lookAgain(context.latencies.retry)
      }
    }
    host.stopProbes()
    await discardPod(context, host)
    gone.abort()
    onEnd()
  }

  const watchDeadline = () => {
    const seconds = specOf(state.pod).activeDeadlineSeconds
    if (seconds === undefined) return
    void pauseUnlessAborted(context.clock, seconds * 1000, gone.signal).then((passed) => {
      if (!passed || state.ended) return
      const message = 'Pod was active on the node longer than the specified deadline'
      context.events.event(state.pod, 'Normal', 'DeadlineExceeded', message)
      worker.fail('DeadlineExceeded', message)
    })
  }

  /** Deleted again with less patience while its containers are being stopped. */
  const shortenGrace = (seconds: number) => {
    for (const record of state.records)
      if (record.state.kind === 'running' && record.id)
        void context.runtime.stopContainer(record.id, seconds * 1000).catch(() => {})
  }

  const worker: PodWorker = {
    state,
    update(latest) {
      const before = state.pod
      state.pod = latest
      for (const spec of specOf(latest).ephemeralContainers ?? []) {
        if (!state.records.some((record) => record.role === 'ephemeral' && record.spec.name === spec.name))
          state.records.push(newRecord(spec, 'ephemeral', 'ContainerCreating'))
      }
      const { metadata } = latest
      const grace = metadata.deletionGracePeriodSeconds
      if (
        before.metadata.deletionTimestamp &&
        grace !== undefined &&
        grace < (before.metadata.deletionGracePeriodSeconds ?? 0)
      )
        shortenGrace(grace)
      if (
        metadata.deletionTimestamp !== before.metadata.deletionTimestamp ||
        metadata.deletionGracePeriodSeconds !== before.metadata.deletionGracePeriodSeconds
      )
        return wake()
      if (metadata['generation'] !== before.metadata['generation'] || specOf(latest).readinessGates?.length) wake()
    },
    removed() {
      removedFromApi = true
      wake()
    },
    fail(reason, message) {
      if (state.ended) return
      state.failure ??= { reason, message }
      wake()
    },
    get ended() {
      return state.ended
    },
    done: Promise.resolve(),
    stop() {
      host.stopProbes()
      gone.abort()
      resume?.()
    },
  }
  const done = run()
  return Object.defineProperty(worker, 'done', { value: done })
}
