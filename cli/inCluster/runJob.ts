import { setMaxListeners } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createLedger, type Ledger } from '../../engine/cluster/ledger.ts'
import { runLabels } from '../../engine/cluster/labels.ts'
import { removeLeftovers } from '../../engine/cluster/removeLeftovers.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { foldJournal } from '../../reports/record/foldJournal.ts'
import { readJournal } from '../../reports/record/readJournal.ts'
import { writeAtomically } from '../../reports/atomicFile.ts'
import { writeReports } from '../../reports/writeReports.ts'
import { onSignals } from '../signals.ts'
import { closingSummary } from '../terminal/closingSummary.ts'
import { fetchResults } from './fetchResults.ts'
import { followSuite, type PodRef } from './followSuite.ts'
import { inClusterObjects } from './objects.ts'
import { entryPoint, stopSeconds, suiteContainer } from './suitePod.ts'
import { suitePods } from './suitePods.ts'

export interface JobRun {
  readonly runId: string
  readonly image: string
  readonly handed: readonly string[]
  readonly profile: string | null
  /** Null: one of its own. */
  readonly namespace: string | null
}

const REMOVAL_MS = 240_000

/** What the suite says with its exit code; everything else is a container that was killed. */
const exitCodes = new Set([0, 1, 2, 3, 4, 130])

/** Runs the Job to its end. Returns the exit code; whatever happens, nothing stays in the cluster. */
export async function runJob(cluster: Cluster, run: JobRun, out: string): Promise<number> {
  const ledger = createLedger({ write: () => undefined }, run.runId)
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  const pods: PodRef[] = []
  const removeSignalHandlers = onSignals((signal) => stopSuites(cluster, pods, abort, signal))
  let exitCode: number
  let clean = true
  try {
    const job = await createObjects(cluster, ledger, run)
    say(`run ${run.runId} in ${cluster.context}: Job ${job.namespace}/${job.name}, image ${run.image}`)
    for (const pod of await suitePods(cluster, job, 1, abort.signal)) {
      ledger.created(pod.object)
      pods.push(pod)
    }
    exitCode = Math.max(...(await Promise.all(pods.map((pod) => runPod(cluster, pod, run, out, abort.signal)))))
  } catch (error) {
    if (!abort.signal.aborted) throw error
    exitCode = 130
  } finally {
    clean = await removeAll(cluster, ledger, run.runId)
    removeSignalHandlers()
  }
  return clean || exitCode !== 0 ? exitCode : 3
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** Makes the Job and what it needs; throws ApiError for what it may not make. */
async function createObjects(
  cluster: Cluster,
  ledger: Ledger,
  { runId, image, handed, profile, namespace }: JobRun,
): Promise<{ namespace: string; name: string }> {
  const name = `kata-conformance-${runId}`
  const job = { name, namespace: namespace ?? `${name}-job` }
  const makeNamespace = (await cluster.find({ apiVersion: 'v1', kind: 'Namespace', name: job.namespace })) === null
  const objects = inClusterObjects({
    ...job,
    makeNamespace,
    labels: runLabels(runId),
    image,
    arguments: ['--run-id', runId, '--no-summary', ...handed],
    profile,
    shards: null,
  })
  for (const object of objects) ledger.created({ ...object, ...(await cluster.create(object)) })
  return job
}

/** Follows one pod and copies its results. Returns the exit code of its suite. */
async function runPod(
  cluster: Cluster,
  pod: PodRef,
  { runId }: JobRun,
  out: string,
  signal: AbortSignal,
): Promise<number> {
  const log: string[] = []
  const onLine = (line: string): void => {
    log.push(line)
    say(line)
  }
  const { exitCode, reason } = await followSuite(cluster, pod, { onLine, signal })
  const ownEnd = exitCodes.has(exitCode) && reason !== 'OOMKilled'
  if (!ownEnd) say(`the suite was ended from outside, exit code ${exitCode}: ${reason}`)
  await fetchResults(cluster, pod, out, signal)
  const folder = path.join(out, runId)
  const answer = ownEnd ? exitCode : 3
  // Where the suite refused to begin its line is all there is.
  if (!existsSync(path.join(folder, 'events.ndjson'))) return answer
  writeAtomically(path.join(folder, 'suite.log'), log.join('\n') + '\n')
  const record = foldJournal(readJournal(path.join(folder, 'events.ndjson')))
  if (!existsSync(path.join(folder, 'run.json'))) await writeReports(folder, record)
  process.stdout.write(closingSummary(record, folder, process.stdout))
  return answer
}

/** Asks every suite to stop, which makes it clean up and report. One that cannot be asked, or takes too long, is removed with its pod. */
function stopSuites(cluster: Cluster, pods: readonly PodRef[], abort: AbortController, signal: NodeJS.Signals): void {
  const leave = (): void => abort.abort(new Error(`stopped by ${signal}`))
  if (pods.length === 0) return leave()
  setTimeout(leave, stopSeconds * 1000).unref()
  const argv = [entryPoint[0], '-e', `process.kill(1, '${signal}')`]
  for (const pod of pods) void cluster.exec(pod, argv, { container: suiteContainer }).catch(leave)
}

/** Removes what the Job needed, and what its suite may have left behind. */
async function removeAll(cluster: Cluster, ledger: Ledger, runId: string): Promise<boolean> {
  await ledger.removeAll(cluster, REMOVAL_MS)
  const found = await removeLeftovers(cluster, { runId, dryRun: false, timeoutMs: REMOVAL_MS })
  for (const { kind, name, why } of found)
    say(
      why === null
        ? `removed what the suite had left behind: ${kind}/${name}`
        : `could not be removed: ${kind}/${name}: ${why}`,
    )
  return found.every(({ why }) => why === null)
}
