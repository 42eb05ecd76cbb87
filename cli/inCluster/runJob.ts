import { setMaxListeners } from 'node:events'
import type { AccessRule } from '../../engine/access/accessRule.ts'
import { createLedger, type Ledger } from '../../engine/cluster/ledger.ts'
import { runLabels, runSelector } from '../../engine/cluster/labels.ts'
import { removeLeftovers } from '../../engine/cluster/removeLeftovers.ts'
import { RunExistsError } from '../../engine/cluster/runExistsError.ts'
import { isTaken } from '../../helpers/cluster/apiError.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { kataDeployImage } from '../../helpers/facts/kataVersion.ts'
import { onSignals } from '../signals.ts'
import type { PodRef } from './followSuite.ts'
import { inClusterObjects } from './objects.ts'
import { runShards, runWhole } from './runPods.ts'
import { entryPoint, stopSeconds, suiteContainer } from './suitePod.ts'
import { say } from './say.ts'
import { suitePods } from './suitePods.ts'

export interface JobRun {
  readonly runId: string
  readonly image: string
  readonly handed: readonly string[]
  readonly profile: string | null
  /** Content of the config.json by which images are pulled. */
  readonly pullConfig: string | null
  /** Null: one of its own. */
  readonly namespace: string | null
  /** Pods of an Indexed Job, each of which runs a shard; null: one pod, the whole run. */
  readonly shards: number | null
  /** What the suite may do. */
  readonly rules: readonly AccessRule[]
}

const REMOVAL_MS = 240_000

/**
 * Runs the Job to its end. Returns the exit code; whatever happens, nothing of it stays in the cluster. Throws RunExistsError before anything is made
 * where a run of this id is there.
 */
export async function runJob(cluster: Cluster, run: JobRun, out: string): Promise<number> {
  await refuseSecond(cluster, run.runId)
  const ledger = createLedger({ write: () => undefined })
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  const pods: PodRef[] = []
  const removeSignalHandlers = onSignals((signal) => stopSuites(cluster, pods, abort, signal))
  let exitCode: number
  let clean = true
  try {
    const job = await createObjects(cluster, ledger, run)
    say(`run ${run.runId} in ${cluster.context}: Job ${job.namespace}/${job.name}, image ${run.image}`)
    for (const pod of await suitePods(cluster, job, run.shards ?? 1, abort.signal)) {
      ledger.created(pod.object)
      pods.push(pod)
    }
    exitCode = await (run.shards === null ? runWhole : runShards)(cluster, pods, run, out, abort.signal)
  } catch (error) {
    if (!abort.signal.aborted) throw error
    exitCode = 130
  } finally {
    clean = await removeAll(cluster, ledger, run.runId)
    removeSignalHandlers()
  }
  return clean || exitCode !== 0 ? exitCode : 3
}

async function refuseSecond(cluster: Cluster, runId: string): Promise<void> {
  const labelSelector = runSelector(runId)
  const [one] = await cluster.list({ apiVersion: 'v1', kind: 'Namespace', labelSelector })
  if (one) throw new RunExistsError(runId, `namespace ${one.metadata.name}`)
}

/** Where kata-deploy's DaemonSet or Job is; null when there is none. */
async function kataDeployNamespace(cluster: Cluster): Promise<string | null> {
  const workloads = await Promise.all([
    cluster.list({ apiVersion: 'apps/v1', kind: 'DaemonSet' }),
    cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }),
  ])
  return workloads.flat().find((each) => kataDeployImage(each) !== null)?.metadata.namespace ?? null
}

/** Makes the Job and what it needs; throws ApiError for what it may not make, RunExistsError where another Job has this run's names. */
async function createObjects(
  cluster: Cluster,
  ledger: Ledger,
  { runId, image, handed, profile, pullConfig, namespace, shards, rules }: JobRun,
): Promise<{ namespace: string; name: string }> {
  const name = `kata-conformance-${runId}`
  const job = { name, namespace: namespace ?? `${name}-job` }
  const makeNamespace = (await cluster.find({ apiVersion: 'v1', kind: 'Namespace', name: job.namespace })) === null
  const objects = inClusterObjects({
    ...job,
    makeNamespace,
    labels: runLabels(runId),
    image,
    arguments: ['--run-id', runId, '--maker', ledger.maker, '--no-summary', ...handed],
    profile,
    pullConfig,
    shards,
    rules,
    kataNamespace: await kataDeployNamespace(cluster),
  })
  for (const object of objects)
    await ledger.make(cluster, object).catch((error: unknown) => {
      throw isTaken(error) ? new RunExistsError(runId, `${object.kind} ${object.metadata.name}`, 3) : error
    })
  return job
}

/** Asks every suite to stop, which makes it clean up and report. One that cannot be asked, or takes too long, is removed with its pod. */
function stopSuites(cluster: Cluster, pods: readonly PodRef[], abort: AbortController, signal: NodeJS.Signals): void {
  const leave = (): void => abort.abort(new Error(`stopped by ${signal}`))
  if (pods.length === 0) return leave()
  setTimeout(leave, stopSeconds * 1000).unref()
  const argv = [entryPoint[0], '-e', `process.kill(1, '${signal}')`]
  for (const pod of pods) void cluster.exec(pod, argv, { container: suiteContainer }).catch(leave)
}

/**
 * Removes what the Job needed, its pods first, and what its suite may have left behind: nodes that it changed are swept when nobody changes them any
 * more, and before the namespace goes that tells which they are.
 */
async function removeAll(cluster: Cluster, ledger: Ledger, runId: string): Promise<boolean> {
  const begun = ledger.open.length > 0
  const left = await ledger.removeAll(cluster, REMOVAL_MS)
  // Without a Job there was no suite.
  if (!begun) return left.length === 0
  const of = { runId, maker: ledger.maker, dryRun: false, timeoutMs: REMOVAL_MS }
  const found = await removeLeftovers(cluster, of)
  for (const { kind, name, why } of found)
    say(
      why === null
        ? `removed what the suite had left behind: ${kind}/${name}`
        : `could not be removed: ${kind}/${name}: ${why}`,
    )
  return found.every(({ why }) => why === null)
}
