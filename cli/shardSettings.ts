import type { Shard } from '../engine/plan/shard.ts'
import type { RunSettings } from './runSettings.ts'
import { UsageError } from './usageError.ts'

/** Longest id whose namespaces, with a shard's number, still have a name of 63 characters. */
const longestId = 28

type Settings = Pick<RunSettings, 'shard' | 'shards' | 'shardIndex' | 'runId' | 'inCluster' | 'sim'>

/** The part of the run that is asked for, or null for the whole. Throws UsageError. */
export function shardOf(settings: Settings): Shard | null {
  const { shard, shards, shardIndex, runId, inCluster, sim } = settings
  checkRunId(runId)
  if (shard !== undefined && shards !== undefined)
    throw new UsageError('--shard is one part of a run, --shards says in how many the Job runs it; give one of them')
  if (shard === undefined && shardIndex === undefined) {
    if (shards !== undefined && !inCluster)
      throw new UsageError(
        '--shards is about the Job of a run inside the cluster; add --in-cluster, or give --shard I/N',
      )
    return null
  }
  if (inCluster)
    throw new UsageError('--shard and --in-cluster cannot go together; --in-cluster --shards N runs all of them')
  if (sim)
    throw new UsageError(
      '--shard and --sim cannot go together: each shard would simulate a cluster of its own; start `kata-conformance sim` and give its --kubeconfig',
    )
  if (runId === undefined) throw new UsageError('--shard needs --run-id ID, the same for all shards of the run')
  return shard === undefined ? ofJob(shardIndex ?? 0, shards) : ofText(shard)
}

/** Kubernetes counts the pods of an Indexed Job from 0. */
function ofJob(shardIndex: number, count: number | undefined): Shard {
  if (count === undefined) throw new UsageError('--shard-index is about one of several shards; add --shards N')
  if (shardIndex >= count)
    throw new UsageError(`--shard-index is ${shardIndex}; with --shards ${count} it must be 0 to ${count - 1}`)
  return { index: shardIndex + 1, count }
}

function ofText(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number)
  if (!(index >= 1 && index <= count))
    throw new UsageError(`--shard is ${JSON.stringify(text)}; it must be I/N, such as 1/3, 2/3 and 3/3`)
  return { index, count }
}

function checkRunId(runId: string | undefined): void {
  if (runId === undefined || (runId.length <= longestId && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(runId))) return
  throw new UsageError(
    `--run-id is ${JSON.stringify(runId)}; it names namespaces: a-z, 0-9 and -, at most ${longestId}, such as 20261121-114448-3fa9`,
  )
}
