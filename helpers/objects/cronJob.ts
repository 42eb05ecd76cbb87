import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { isTimeOver } from '../cluster/waitError.ts'
import type { Pod } from '../pods/podBuilder.ts'
import type { ObjectHandle } from './objectHandle.ts'
import type { ObjectSpec } from './objectSpec.ts'

/** A CronJob of every minute whose Jobs run this pod once, on the arm's node, one after the other. */
export const cronJob = (pod: Pod): ObjectSpec => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  content: ({ template, labelsOf }) => ({
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        metadata: { labels: labelsOf('scheduled') },
        spec: { backoffLimit: 0, template: template('scheduled', pod.restartPolicy('Never')) },
      },
    },
  }),
})

/** More than the minute that a schedule takes. */
const startMs = 90_000

/** `succeeded`, or how far it was at the end of the time. Throws what is not about the time: an API server that is gone. */
export async function endOfFirst(handle: ObjectHandle, timeoutMs: number): Promise<string> {
  const reaches = async (what: string, until: (object: KubeObject) => boolean, ms: number): Promise<boolean> => {
    try {
      await handle.waitFor(what, until, ms)
      return true
    } catch (error) {
      if (!isTimeOver(error)) throw error
      return false
    }
  }
  const started = await reaches('its first Job', (object) => statusOf(object).lastScheduleTime !== undefined, startMs)
  if (!started) return `not started after ${startMs} ms`
  const ended = await reaches(
    'the end of its first Job',
    (object) => statusOf(object).lastSuccessfulTime !== undefined,
    timeoutMs,
  )
  return ended ? 'succeeded' : `not ended after ${timeoutMs} ms`
}

const statusOf = (object: KubeObject) =>
  (object['status'] ?? {}) as { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string }

/** The pods that its Jobs have made. */
export async function scheduledPods(api: ReadApi, { namespace, object }: ObjectHandle): Promise<readonly KubeObject[]> {
  const { jobTemplate } = object['spec'] as { jobTemplate: { metadata: { labels: Record<string, string> } } }
  const labels = Object.entries(jobTemplate.metadata.labels).map(([key, value]) => `${key}=${value}`)
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels.join(','))}`
  return ((await api.raw(path)) as { items: KubeObject[] }).items
}
