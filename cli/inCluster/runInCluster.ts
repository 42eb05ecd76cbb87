import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { AccessRule } from '../../engine/access/accessRule.ts'
import { accessFor } from '../../engine/access/accessRules.ts'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { newRunId, RUN_LABEL } from '../../engine/cluster/labels.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import { loadProfile } from '../../helpers/profile/loadProfile.ts'
import {
  checkNames,
  checkNewRun,
  checkOutput,
  checkSimulated,
  checkTargets,
  withoutEmptyFolder,
} from '../checkInput.ts'
import { chosen } from '../chosen.ts'
import { imagesOf } from '../imagesOf.ts'
import type { RunSettings } from '../runSettings.ts'
import { shardOf } from '../shardSettings.ts'
import { checkJobSettings, checkRealNodes } from './checkJob.ts'
import { runJob } from './runJob.ts'

/**
 * Runs the suite as a Job inside the cluster: makes what it takes, follows it, copies the results to `out`, removes everything. Returns the
 * suite's exit code, 3 when the Job or its results are lost. Throws UsageError and its like before anything is made.
 * @param handed arguments of `run` for the suite inside
 */
export async function runInCluster(settings: RunSettings, handed: readonly string[]): Promise<number> {
  shardOf(settings)
  checkJobSettings(settings)
  checkSimulated(settings)
  checkNames(settings, loadCatalog(settings.specs))
  checkOutput(settings.out)
  const { resolve, pullConfig = null } = imagesOf(settings)
  const image = resolve('suite')
  const profile = settings.profile === undefined ? null : profileText(settings.profile)
  const { kubeconfig, context, namespace, runId = newRunId(), shards } = settings
  checkNewRun(path.join(settings.out, runId))
  const cluster = await connect({ ...chosen({ kubeconfig, context }), runLabel: RUN_LABEL })
  try {
    await checkTargets(settings, cluster)
    await checkRealNodes(cluster)
    const job = {
      runId,
      image,
      handed,
      profile,
      pullConfig,
      namespace: namespace ?? null,
      shards: shards ?? null,
      rules: rulesFor(settings),
    }
    return await withoutEmptyFolder(settings.out, () => runJob(cluster, job, settings.out))
  } finally {
    await cluster.close()
  }
}

/** What this run needs, on any release of Kubernetes. */
const rulesFor = ({ probe, allowNodeChanges, allowClusterPolicy, shards }: RunSettings): AccessRule[] =>
  accessFor({
    command: 'run',
    probe,
    nodeChanges: allowNodeChanges,
    shards: shards !== undefined,
    clusterPolicy: allowClusterPolicy,
    minor: null,
  })

/** The profile, which is one. Throws ProfileError. */
function profileText(file: string): string {
  loadProfile(file)
  return readFileSync(file, 'utf8')
}
