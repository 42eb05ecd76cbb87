import path from 'node:path'
import { checkAccess } from '../../engine/access/checkAccess.ts'
import { newRunId, RUN_LABEL } from '../../engine/cluster/labels.ts'
import { kataDeploySet } from '../../engine/upgrade/kataDeploySet.ts'
import { forgetCommand, keepCommand, keptCommand, redactCommand } from '../../engine/upgrade/operatorCommand.ts'
import { redactLog } from '../../engine/upgrade/runCommand.ts'
import { beginJournal, continueJournal, type UpgradeJournal } from '../../engine/upgrade/upgradeJournal.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { loadKubeConfig } from '../../helpers/cluster/kubeconfig.ts'
import { chosen } from '../chosen.ts'
import { imagesOf } from '../imagesOf.ts'
import { onSignals } from '../signals.ts'
import type { UpgradeOptions } from '../upgrade.ts'
import { UsageError } from '../usageError.ts'
import { answer } from './answer.ts'
import { runArgumentsOf } from './childRun.ts'
import { rightsWanted } from './rightsWanted.ts'
import { say } from './say.ts'
import { perform } from './perform.ts'

/** @returns the exit code. Throws UsageError, ImageError or AccessError before anything is touched. */
export async function upgrade(command: readonly string[], options: UpgradeOptions): Promise<number> {
  const { context, server } = checked(command, options)
  say(`upgrade of context ${context} (${server})`)
  const cluster = await connect({
    ...chosen({ kubeconfig: options.kubeconfig, context: options.context }),
    runLabel: RUN_LABEL,
  })
  const abort = new AbortController()
  const removeHandlers = onSignals((signal) => abort.abort(new Error(`stopped by ${signal}`)))
  let journal: UpgradeJournal | null = null
  const tell = () => {
    if (journal !== null) tellWhatIsLeft(journal)
  }
  // Also when the second signal ends it at once.
  process.once('exit', tell)
  try {
    await mayUpgrade(cluster, options)
    journal = options.resume === undefined ? await begin(command, cluster, options) : resume(options.resume, cluster)
    const done = await perform({ journal, cluster, options, signal: abort.signal })
    if (done === 'done') return await answer(journal, options)
    forgetCommand(journal.folder)
    return 3
  } catch (error) {
    if (!abort.signal.aborted) throw error
    say(`kata-conformance: ${(error as Error).message}`)
    return 130
  } finally {
    process.off('exit', tell)
    tell()
    journal?.close()
    removeHandlers()
    await cluster.close()
  }
}

/** Throws AccessError before anything is made or written. */
async function mayUpgrade(cluster: Cluster, options: UpgradeOptions): Promise<void> {
  await checkAccess(cluster, rightsWanted(options), 'cluster')
  const kataDeploy = (await kataDeploySet(cluster))?.metadata.namespace
  if (kataDeploy !== undefined) await checkAccess(cluster, rightsWanted(options), { kataDeploy })
}

function checked(command: readonly string[], options: UpgradeOptions): { context: string; server: string } {
  const config = loadKubeConfig({ kubeconfig: options.kubeconfig, context: options.context })
  const context = config.getCurrentContext()
  const server = config.getCurrentCluster()?.server ?? ''
  if (options.resume !== undefined && command.length > 0)
    throw new UsageError('--resume goes on with the command of its journal; leave it out here')
  if (options.resume === undefined && command.length === 0)
    throw new UsageError(
      'say after -- which command upgrades kata-deploy: upgrade --allow-disruptive -- helm upgrade …',
    )
  if (options.resume !== undefined && options.rollback !== undefined)
    throw new UsageError('--resume and --rollback exclude each other')
  if (!options.allowDisruptive && !options.preflight)
    throw new UsageError(
      `this runs ${JSON.stringify(redactCommand(command).join(' '))} on context ${context} (${server}) and restarts containerd on its nodes: say --allow-disruptive, or --preflight to see what is to be known before`,
    )
  imagesOf(options)
  return { context, server }
}

async function begin(command: readonly string[], cluster: Cluster, options: UpgradeOptions): Promise<UpgradeJournal> {
  const origin = options.rollback === undefined ? null : continueJournal(options.rollback)
  origin?.close()
  const given = origin?.record.before ?? options.before ?? null
  const runId = newRunId()
  const simulated = await cluster.list({
    apiVersion: 'v1',
    kind: 'Node',
    labelSelector: 'kata-conformance.dev/simulated=true',
  })
  const runArguments = origin?.record.started.runArguments ?? (await runArgumentsOf(options, given))
  const journal = beginJournal(path.join(options.out, `upgrade-${runId}`), {
    event: 'upgrade.started',
    schemaVersion: 1,
    runId,
    context: cluster.context,
    server: cluster.server,
    simulated: simulated.length > 0,
    command: redactCommand(command),
    runArguments,
    stallSeconds: options.stallSeconds,
    canaryNode: options.canaryNode ?? null,
    rollbackOf: options.rollback ?? null,
  })
  keepCommand(journal.folder, command)
  if (given !== null) journal.write({ event: 'before', run: given })
  return journal
}

function resume(folder: string, cluster: Cluster): UpgradeJournal {
  const journal = continueJournal(folder)
  const { commandStartedAt, started } = journal.record
  const { context, server, command } = started
  if (server !== cluster.server) {
    journal.close()
    throw new UsageError(
      `${folder} is an upgrade of context ${context} (${server}), not of ${cluster.context} (${cluster.server})`,
    )
  }
  if (commandStartedAt === null) keptCommand(folder, command)
  else forgetCredentials(folder)
  journal.write({ event: 'resumed' })
  return journal
}

/** Of a command that was begun and is not run again: its process may have been killed before it did so itself. */
function forgetCredentials(folder: string): void {
  forgetCommand(folder)
  redactLog(folder)
}

function tellWhatIsLeft({ folder, record }: UpgradeJournal): void {
  if (record.cleaned) return
  const { runId } = record.started
  say(`to go on: kata-conformance upgrade --allow-disruptive --resume ${folder}`)
  say(`to remove what it made: kata-conformance clean --run ${runId}`)
}
