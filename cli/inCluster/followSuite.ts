import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { pause } from '../../helpers/cluster/deadline.ts'
import { WaitError } from '../../helpers/cluster/waitError.ts'
import { endOf } from '../../helpers/pods/podEnd.ts'
import { type ContainerStatus, statusOf } from '../../helpers/pods/podStatus.ts'
import { runSeconds, stopSeconds, suiteContainer } from './suitePod.ts'

/** How long the suite's pod may take to start, image and all, ms. */
const startMs = 600_000
/** A log ends this much before the pod's status says so, at most, ms. */
const statusLagMs = 5000

export interface SuiteEnd {
  readonly exitCode: number
  /** Why the container ended: Completed, Error, OOMKilled… */
  readonly reason: string
}

export interface PodRef {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/**
 * Follows one pod of the Job to the end of its suite: tells every line that it prints, returns how it ended.
 * Throws why the pod does not start, or WaitError when it goes before the suite has ended.
 */
export async function followSuite(
  cluster: Cluster,
  pod: PodRef,
  { onLine, signal }: { onLine: (line: string) => void; signal: AbortSignal },
): Promise<SuiteEnd> {
  const ref = { apiVersion: 'v1', kind: 'Pod', ...pod }
  await cluster
    .waitFor(ref, (object) => hasBegun(suiteOf(object)), {
      signal,
      timeoutMs: startMs,
      what: 'the suite running',
      unreachable: whyNotStarted,
    })
    .catch((error: unknown) => {
      if (!(error instanceof WaitError) || error.because === null) throw error
      throw new Error(`the suite did not start in pod ${pod.namespace}/${pod.name}: ${error.because}`)
    })
  const ended = cluster.waitFor(ref, (object) => suiteOf(object)?.state?.terminated !== undefined, {
    signal,
    timeoutMs: (runSeconds + stopSeconds) * 1000,
    what: 'the end of the suite',
  })
  const [object] = await Promise.all([ended, followLines(cluster, pod, ended, onLine, signal)])
  const { exitCode = 3, reason = 'unknown' } = suiteOf(object)?.state?.terminated ?? {}
  return { exitCode, reason }
}

/**
 * Every line once, until the suite has ended. A log that ends or breaks before that is followed again, and what was told already is
 * skipped. The log is company, the pod's status is the answer: a log that cannot be had is no failure.
 */
async function followLines(
  cluster: Cluster,
  pod: PodRef,
  ended: Promise<unknown>,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let over = false
  const end = ended.then(
    () => (over = true),
    () => (over = true),
  )
  let told = 0
  while (!over && !signal.aborted) {
    let line = 0
    try {
      for await (const text of cluster.followLogs(pod, { container: suiteContainer, signal })) {
        line += 1
        if (line <= told) continue
        told = line
        onLine(text)
      }
    } catch {
      // Followed again below.
    }
    await Promise.race([end, pause(statusLagMs, signal).catch(() => undefined)])
  }
}

const suiteOf = (pod: KubeObject): ContainerStatus | undefined =>
  statusOf(pod).containerStatuses?.find(({ name }) => name === suiteContainer)

const hasBegun = (suite: ContainerStatus | undefined): boolean =>
  suite?.state?.running !== undefined || suite?.state?.terminated !== undefined

function whyNotStarted(pod: KubeObject, events: readonly KubeObject[]): string | null {
  const end = endOf(pod, events)
  return end?.outcome === 'not-started' ? `${end.failure.reason}: ${end.failure.message}` : null
}
