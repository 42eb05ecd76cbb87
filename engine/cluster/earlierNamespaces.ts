import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { MAKER } from '../../helpers/cluster/objects.ts'
import { describeState } from '../../helpers/cluster/objectState.ts'
import type { RunOptions } from '../options.ts'
import { RUN_LABEL, runSelector } from './labels.ts'
import { namespaceName } from './namespaces.ts'
import { RunExistsError } from './runExistsError.ts'

/**
 * Namespaces of other runs that have not gone yet, one line each with what holds them. They are in nobody's way, but somebody should know.
 * Throws RunExistsError when there is one of another run with the same id.
 */
export async function earlierNamespaces(
  cluster: Pick<Cluster, 'list'>,
  run: Pick<RunOptions, 'runId' | 'shard' | 'maker'>,
): Promise<string[]> {
  const all = await cluster.list({ apiVersion: 'v1', kind: 'Namespace', labelSelector: runSelector() })
  const ofThisId = ({ metadata }: KubeObject): boolean => metadata.labels?.[RUN_LABEL] === run.runId
  const same = all.find((each) => ofThisId(each) && isInTheWay(each, run))
  if (same) throw new RunExistsError(run.runId, `namespace ${same.metadata.name}`)
  return all
    .filter((each) => each.metadata.deletionTimestamp && !ofThisId(each))
    .map((each) => `namespace ${each.metadata.name} of another run is still being deleted: ${describeState(each)}`)
}

/** The Job that this run is in has its id, and so have the other shards; neither has its names. */
function isInTheWay(
  { metadata: { name = '', annotations } }: KubeObject,
  { runId, shard, maker }: Pick<RunOptions, 'runId' | 'shard' | 'maker'>,
): boolean {
  const own = namespaceName(runId, shard)
  if (name === own || name === `${own}-privileged`) return true
  if (maker !== undefined && annotations?.[MAKER] === maker) return false
  return shard === null || !name.startsWith(`${namespaceName(runId, null)}-s`)
}
