import type { KubeObject } from '../kubeObject.ts'
import { specOf } from '../kubelet/podSpec.ts'
import { pauseUnlessAborted, timestamp } from '../kubelet/timers.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { objectKey } from './informer.ts'
import { createOwnedPods, isActive, isOver, isPodReady, randomSuffix } from './ownedPods.ts'
import { writeStatus } from './ownStatus.ts'
import { createWorkQueue } from './workQueue.ts'
import { conditionsOf, phaseOf, workloadOf, workloadStatusOf } from './objectViews.ts'

const JOBS = '/apis/batch/v1/jobs'
const INDEX = 'batch.kubernetes.io/job-completion-index'

/** Runs Jobs to completion: parallelism, completions, indices, back-off limit, deadline, time to live. */
export function startJobs(context: ControllerContext): Controller {
  const { client, informers, clock } = context
  const stopped = new AbortController()
  const timers = new Set<string>()
  /** Pods that are gone have been counted in the job's status before. */
  const counted = new Map<string, { succeeded: Set<string>; failed: Set<string>; indices: Set<number> }>()

  const queue = createWorkQueue(clock, async (key) => {
    const job = informers.cache(JOBS).get(key)
    if (!job || job.metadata.deletionTimestamp) return
    const path = `/apis/batch/v1/namespaces/${job.metadata.namespace}/jobs/${job.metadata.name}`
    const done = conditionsOf(job).some(
      ({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True',
    )
    if (done) return afterwards(job, path)
    const tally = count(job)
    const spec = workloadOf(job)
    const completions = spec.completions
    const active = pods.of(job).filter(isActive)
    const verdict = judge(job, tally, active.length)
    if (verdict?.type === 'Failed') await Promise.all(active.map((pod) => pods.delete(job, pod)))
    if (!verdict && !spec.suspend) await startMissing(job, tally, active)
    const now = timestamp(clock.now())
    const left = verdict?.type === 'Failed' ? [] : pods.of(job).filter(isActive)
    await writeStatus(client, path, job, {
      ...(workloadStatusOf(job).startTime ? {} : { startTime: now }),
      active: left.length,
      ready: left.filter(isPodReady).length,
      terminating: pods.of(job).filter((pod) => pod.metadata.deletionTimestamp && !isOver(pod)).length,
      succeeded: tally.succeeded.size,
      failed: tally.failed.size,
      ...(spec.completionMode === 'Indexed' && completions ? { completedIndexes: ranges([...tally.indices]) } : {}),
      ...(verdict
        ? {
            conditions: [...verdictConditions(verdict)].map((condition) => ({
              ...condition,
              lastProbeTime: now,
              lastTransitionTime: now,
            })),
            ...(verdict.type === 'Complete' ? { completionTime: now } : {}),
          }
        : {}),
    })
    if (verdict?.type === 'Complete') pods.tell(job, 'Normal', 'Completed', 'Job completed')
    if (verdict?.type === 'Failed') pods.tell(job, 'Warning', verdict.reason, verdict.message)
    const deadline = spec.activeDeadlineSeconds
    const { startTime } = workloadStatusOf(job)
    if (deadline !== undefined && startTime) later(key, Date.parse(startTime) + deadline * 1000 - clock.now())
  })
  const pods = createOwnedPods(context, 'Job', 'job-controller', (key) => queue.add(key))

  const count = (job: KubeObject) => {
    const tally = counted.get(job.metadata.uid!) ?? {
      succeeded: new Set<string>(),
      failed: new Set<string>(),
      indices: new Set<number>(),
    }
    counted.set(job.metadata.uid!, tally)
    for (const pod of pods.of(job)) {
      const phase = phaseOf(pod)
      if (phase === 'Succeeded') {
        tally.succeeded.add(pod.metadata.uid!)
        const index = pod.metadata.annotations?.[INDEX]
        if (index !== undefined) tally.indices.add(Number(index))
      }
      if (phase === 'Failed') tally.failed.add(pod.metadata.uid!)
    }
    return tally
  }

  const judge = (
    job: KubeObject,
    tally: { succeeded: Set<string>; failed: Set<string>; indices: Set<number> },
    active: number,
  ): Verdict | null => {
    const spec = workloadOf(job)
    const deadline = spec.activeDeadlineSeconds
    const { startTime } = workloadStatusOf(job)
    const startedAt = startTime ? Date.parse(startTime) : clock.now()
    if (tally.failed.size > (spec.backoffLimit ?? 6))
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
    if (deadline !== undefined && clock.now() - startedAt >= deadline * 1000)
      return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
    const completions = spec.completions
    const reached = spec.completionMode === 'Indexed' ? tally.indices.size : tally.succeeded.size
    // without completions the job is complete when one pod has succeeded and none is left
    const complete =
      completions === null || completions === undefined
        ? tally.succeeded.size > 0 && active === 0
        : reached >= completions
    return complete
      ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
      : null
  }

  const startMissing = async (
    job: KubeObject,
    tally: { succeeded: Set<string>; indices: Set<number> },
    active: KubeObject[],
  ): Promise<void> => {
    const spec = workloadOf(job)
    const parallelism = spec.parallelism ?? 1
    const completions = spec.completions
    const open =
      completions === null || completions === undefined
        ? tally.succeeded.size
          ? 0
          : parallelism
        : completions - (spec.completionMode === 'Indexed' ? tally.indices.size : tally.succeeded.size)
    const missing = Math.min(parallelism, open) - active.length
    const taken = new Set([...active.map((pod) => Number(pod.metadata.annotations?.[INDEX])), ...tally.indices])
    const free = Array.from({ length: completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index))
    await Promise.all(
      Array.from({ length: Math.max(0, missing) }, (_, at) =>
        pods.create(job, (pod) => label(job, pod, spec.completionMode === 'Indexed' ? free[at]! : null)),
      ),
    )
  }

  const afterwards = (job: KubeObject, path: string): void => {
    counted.delete(job.metadata.uid!)
    const ttl = workloadOf(job).ttlSecondsAfterFinished
    if (ttl === undefined || timers.has(path)) return
    timers.add(path)
    void pauseUnlessAborted(clock, ttl * 1000, stopped.signal).then((passed) => {
      timers.delete(path)
      if (passed) void client.delete(path, { uid: job.metadata.uid!, propagationPolicy: 'Background' }).catch(() => {})
    })
  }
  const later = (key: string, ms: number): void => {
    if (timers.has(key)) return
    timers.add(key)
    void pauseUnlessAborted(clock, Math.max(0, ms), stopped.signal).then((passed) => {
      timers.delete(key)
      if (passed) queue.add(key)
    })
  }
  informers.listen(JOBS, {
    upsert: (job) => queue.add(objectKey(job)),
    remove: (job) => void counted.delete(job.metadata.uid!),
  })
  return {
    stop() {
      stopped.abort()
      queue.stop()
    },
  }
}

interface Verdict {
  type: 'Complete' | 'Failed'
  reason: string
  message: string
}

/** The intermediate condition comes with the final one (JobManagedBy and PodReplacementPolicy, 1.31). */
function verdictConditions(verdict: Verdict): { type: string; status: string; reason: string; message: string }[] {
  const first = verdict.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
  return [first, verdict.type].map((type) => ({
    type,
    status: 'True',
    reason: verdict.reason,
    message: verdict.message,
  }))
}

function label(job: KubeObject, pod: KubeObject, index: number | null): void {
  const { name, uid } = job.metadata
  pod.metadata.labels = {
    ...pod.metadata.labels,
    'batch.kubernetes.io/job-name': name,
    'batch.kubernetes.io/controller-uid': uid!,
    'job-name': name,
    'controller-uid': uid!,
  }
  if (index === null) return
  pod.metadata.name = `${name}-${index}-${randomSuffix()}`
  pod.metadata.labels[INDEX] = String(index)
  pod.metadata.annotations = { ...pod.metadata.annotations, [INDEX]: String(index) }
  const spec = specOf(pod)
  spec.hostname = `${name}-${index}`
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  for (const container of containers)
    container.env = [
      ...(container.env ?? []),
      { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${INDEX}']` } } },
    ]
}

/** 0-2,5 */
function ranges(indices: number[]): string {
  const parts: string[] = []
  const sorted = indices.sort((a, b) => a - b)
  for (let at = 0; at < sorted.length;) {
    let end = at
    while (sorted[end + 1] === sorted[end]! + 1) end += 1
    parts.push(end > at ? `${sorted[at]}-${sorted[end]}` : String(sorted[at]))
    at = end + 1
  }
  return parts.join(',')
}
