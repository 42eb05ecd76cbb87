import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { PodRef } from './followSuite.ts'

/** How long the Job controller may take to make the pods, ms. */
const podsMs = 60_000

interface JobStatus {
  active?: number
  succeeded?: number
  failed?: number
  conditions?: readonly { type: string; status: string; message?: string }[]
}

/** The Job's pods, shard 1 first. Throws WaitError with the events that say why there are none (quota, Pod Security). */
export async function suitePods(
  cluster: Cluster,
  job: { readonly namespace: string; readonly name: string },
  count: number,
  signal: AbortSignal,
): Promise<(PodRef & { readonly object: KubeObject })[]> {
  await cluster.waitFor({ apiVersion: 'batch/v1', kind: 'Job', ...job }, (object) => made(object) >= count, {
    signal,
    timeoutMs: podsMs,
    what: count === 1 ? 'its pod' : `its ${count} pods`,
    unreachable(object, events) {
      const failed = statusOf(object).conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
      const refused = events.find(({ reason }) => reason === 'FailedCreate')
      return failed?.message ?? (refused ? String(refused['message']) : null)
    },
  })
  // The prefixed label came with Kubernetes 1.27; this one is on pods of every release.
  const labelSelector = `job-name=${job.name}`
  const pods = await cluster.list(
    { apiVersion: 'v1', kind: 'Pod', namespace: job.namespace, labelSelector },
    { signal },
  )
  return pods
    .sort((a, b) => indexOf(a) - indexOf(b))
    .map((object) => ({
      namespace: job.namespace,
      name: object.metadata.name ?? '',
      uid: object.metadata.uid ?? '',
      object,
    }))
}

const statusOf = (job: KubeObject): JobStatus => (job['status'] as JobStatus | undefined) ?? {}

function made(job: KubeObject): number {
  const { active = 0, succeeded = 0, failed = 0 } = statusOf(job)
  return active + succeeded + failed
}

const indexOf = ({ metadata }: KubeObject): number =>
  Number(metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? 0)
