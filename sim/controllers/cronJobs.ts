import type { KubeObject } from '../kubeObject.ts'
import { createEventRecorder } from '../kubelet/eventRecorder.ts'
import { pauseUnlessAborted, timestamp } from '../kubelet/timers.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { nextDue } from './cronSchedule.ts'
import { objectKey } from './informer.ts'
import { controllerOf, controllerReference } from './kinds.ts'
import { conditionsOf } from './objectViews.ts'
import { writeStatus } from './ownStatus.ts'
import { createWorkQueue } from './workQueue.ts'

const CRON_JOBS = '/apis/batch/v1/cronjobs'
const JOBS = '/apis/batch/v1/jobs'

interface CronJobSpec {
  schedule: string
  suspend?: boolean
  concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
  jobTemplate: { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec: object }
}

/** Makes a Job of a CronJob whenever its schedule is due (pkg/controller/cronjob, v1.34); time zones and histories are left out. */
export function startCronJobs({ client, informers, clock }: ControllerContext): Controller {
  const stopped = new AbortController()
  const waiting = new Set<string>()
  const events = createEventRecorder(client, clock, { component: 'cronjob-controller' })
  const jobsOf = (cronJob: KubeObject) =>
    [...informers.cache(JOBS).values()].filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid)

  const queue = createWorkQueue(clock, async (key) => {
    const cronJob = informers.cache(CRON_JOBS).get(key)
    if (!cronJob || cronJob.metadata.deletionTimestamp) return
    const completed = jobsOf(cronJob)
      .map((job) => (job['status'] as { completionTime?: string } | undefined)?.completionTime)
      .filter((time) => time !== undefined)
      .sort()
      .at(-1)
    const active = activeOf(cronJob)
    await writeStatus(client, pathOf(cronJob), cronJob, {
      active: active.length > 0 ? active.map(referenceTo) : null,
      ...(completed === undefined ? {} : { lastSuccessfulTime: completed }),
    })
    waitForNext(key, cronJob)
  })
  const activeOf = (cronJob: KubeObject) => jobsOf(cronJob).filter((job) => !isFinished(job))

  const waitForNext = (key: string, cronJob: KubeObject): void => {
    const { schedule, suspend } = specOf(cronJob)
    const due = suspend ? null : nextDue(schedule, clock.now())
    if (due === null || waiting.has(key)) return
    waiting.add(key)
    void pauseUnlessAborted(clock, due - clock.now(), stopped.signal).then(async (passed) => {
      waiting.delete(key)
      const latest = informers.cache(CRON_JOBS).get(key)
      if (!passed || !latest || latest.metadata.uid !== cronJob.metadata.uid || specOf(latest).suspend) return
      await makeJob(latest, due).catch(() => undefined)
      queue.add(key)
    })
  }

  const makeJob = async (cronJob: KubeObject, due: number): Promise<void> => {
    const { concurrencyPolicy = 'Allow', jobTemplate } = specOf(cronJob)
    const active = activeOf(cronJob)
    if (concurrencyPolicy === 'Forbid' && active.length > 0) return
    const { name, namespace } = cronJob.metadata
    if (concurrencyPolicy === 'Replace')
      for (const job of active)
        await client.delete(`/apis/batch/v1/namespaces/${namespace}/jobs/${job.metadata.name}`, {
          uid: job.metadata.uid!,
        })
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: `${name}-${Math.floor(due / 60_000)}`,
        namespace: namespace!,
        labels: { ...jobTemplate.metadata?.labels },
        annotations: {
          ...jobTemplate.metadata?.annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due),
        },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: structuredClone(jobTemplate.spec),
    }
    await client.create(`/apis/batch/v1/namespaces/${namespace}/jobs`, job)
    events.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`)
    await writeStatus(client, pathOf(cronJob), cronJob, { lastScheduleTime: timestamp(due) })
  }

  informers.listen(CRON_JOBS, { upsert: (cronJob) => queue.add(objectKey(cronJob)) })
  informers.listen(JOBS, {
    upsert(job) {
      const owner = controllerOf(job)
      if (owner?.kind === 'CronJob') queue.add(`${job.metadata.namespace}/${owner.name}`)
    },
  })
  return {
    stop() {
      stopped.abort()
      queue.stop()
    },
  }
}

const specOf = (cronJob: KubeObject): CronJobSpec => cronJob['spec'] as CronJobSpec

const pathOf = ({ metadata }: KubeObject): string =>
  `/apis/batch/v1/namespaces/${metadata.namespace}/cronjobs/${metadata.name}`

const isFinished = (job: KubeObject): boolean =>
  conditionsOf(job).some(({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True')

const referenceTo = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  namespace: metadata.namespace,
  uid: metadata.uid,
})
