import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { isTimeOver } from '../cluster/waitError.ts'
import type { Pod } from '../pods/podBuilder.ts'
import type { ObjectHandle } from './objectHandle.ts'
import type { ObjectSpec } from './objectSpec.ts'
import { refuseForeign } from './unstartedPods.ts'

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

/**
 * `succeeded`, or how far it was at the end of the time.
 * @throws PodStartError when the infrastructure kept its pod from running, and what is not about the time: an API server that is gone
 */
export async function endOfFirst(api: ReadApi, handle: ObjectHandle, timeoutMs: number): Promise<string> {
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
  const pods = await scheduledPods(api, handle)
  if (!ended) await refuseForeign(api, handle, pods, timeoutMs)
  if (!ended) return `not ended after ${timeoutMs} ms`
  // That a Job has succeeded may be the next one's doing.
  const { phase } = (pods[0]?.['status'] ?? {}) as { phase?: string }
  return phase === 'Succeeded' ? 'succeeded' : `ended with its pod ${phase ?? 'gone'}`
}

const statusOf = (object: KubeObject) =>
  (object['status'] ?? {}) as { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string }

/** The pods that its Jobs have made, the first one first. */
export async function scheduledPods(api: ReadApi, { namespace, object }: ObjectHandle): Promise<readonly KubeObject[]> {
  const { jobTemplate } = object['spec'] as { jobTemplate: { metadata: { labels: Record<string, string> } } }
  const labels = Object.entries(jobTemplate.metadata.labels).map(([key, value]) => `${key}=${value}`)
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels.join(','))}`
  const { items } = (await api.raw(path)) as { items: KubeObject[] }
  const made = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '')
  return items.toSorted((one, other) => made(one) - made(other))
}
