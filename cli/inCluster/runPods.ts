import { existsSync } from 'node:fs'
import path from 'node:path'
import { scopeOf } from '../../engine/plan/shard.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { writeAtomically } from '../../reports/atomicFile.ts'
import { foldJournal } from '../../reports/record/foldJournal.ts'
import { readJournal } from '../../reports/record/readJournal.ts'
import { writeReports } from '../../reports/writeReports.ts'
import { tellOfRun } from '../ci/tellOfRun.ts'
import { merge } from '../merge.ts'
import { closingSummary } from '../terminal/closingSummary.ts'
import { fetchResults } from './fetchResults.ts'
import { followSuite, type PodRef } from './followSuite.ts'
import { say } from './say.ts'

interface Run {
  readonly runId: string
  readonly shards: number | null
}

interface PodEnd {
  readonly exitCode: number
  /** With the journal of what it ran; null where it refused to begin. */
  readonly folder: string | null
}

/** What the suite says with its exit code; everything else is a container that was killed. */
const exitCodes = new Set([0, 1, 2, 3, 4, 130])

/** Follows the pod of a whole run and copies its results. Returns its exit code. */
export async function runWhole(
  cluster: Cluster,
  [pod]: readonly PodRef[],
  { runId }: Run,
  out: string,
  signal: AbortSignal,
): Promise<number> {
  if (!pod) throw new Error('the Job has no pod')
  const { exitCode, folder } = await runPod(cluster, pod, { name: runId, out, prefix: '', signal })
  if (folder === null) return exitCode
  const record = foldJournal(readJournal(path.join(folder, 'events.ndjson')))
  if (!existsSync(path.join(folder, 'run.json'))) await writeReports(folder, record)
  process.stdout.write(closingSummary(record, folder, process.stdout))
  tellOfRun(record, folder)
  return exitCode
}

/**
 * Follows the pods of all shards, copies what they leave to `<run>/shards/`, and merges it. Returns the exit code of the whole run; 2 when a
 * shard refused to begin, 3 when one was lost.
 */
export async function runShards(
  cluster: Cluster,
  pods: readonly PodRef[],
  { runId, shards }: Run,
  out: string,
  signal: AbortSignal,
): Promise<number> {
  const whole = path.join(out, runId)
  const ends = await Promise.all(
    pods.map((pod, at) => {
      const index = at + 1
      const name = scopeOf(runId, { index, count: shards ?? 1 })
      const of = { name, out: path.join(whole, 'shards'), prefix: `[${index}] `, signal }
      return runPod(cluster, pod, of).catch((error: unknown): PodEnd => {
        if (signal.aborted) throw error
        say(`shard ${index} is lost: ${(error as Error).message}`)
        return { exitCode: 3, folder: null }
      })
    }),
  )
  const worst = Math.max(...ends.map(({ exitCode }) => exitCode))
  const folders = ends.flatMap(({ folder }) => folder ?? [])
  if (folders.length < ends.length) {
    if (folders.length > 0)
      say(`not merged: ${folders.length} of ${ends.length} shards left results, in ${whole}/shards`)
    return ends.every(({ exitCode }) => exitCode === 2) ? 2 : worst === 130 ? 130 : 3
  }
  const { record } = await merge(folders, whole)
  process.stdout.write(closingSummary(record, whole, process.stdout))
  tellOfRun(record, whole)
  return record.exitCode
}

async function runPod(
  cluster: Cluster,
  pod: PodRef,
  of: { readonly name: string; readonly out: string; readonly prefix: string; readonly signal: AbortSignal },
): Promise<PodEnd> {
  const { name, out, prefix, signal } = of
  const log: string[] = []
  const onLine = (line: string): void => {
    log.push(line)
    say(prefix + line)
  }
  const { exitCode, reason } = await followSuite(cluster, pod, { onLine, signal })
  const ownEnd = exitCodes.has(exitCode) && reason !== 'OOMKilled'
  if (!ownEnd) say(`${prefix}the suite was ended from outside, exit code ${exitCode}: ${reason}`)
  await fetchResults(cluster, pod, out, signal)
  const folder = path.join(out, name)
  const answer = ownEnd ? exitCode : 3
  // Where the suite refused to begin its line is all there is.
  if (!existsSync(path.join(folder, 'events.ndjson'))) return { exitCode: answer, folder: null }
  writeAtomically(path.join(folder, 'suite.log'), log.join('\n') + '\n')
  return { exitCode: answer, folder }
}
