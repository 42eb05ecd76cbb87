import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { loadCatalog } from '../engine/catalog/loadCatalog.ts'
import { newRunId, RUN_LABEL } from '../engine/cluster/labels.ts'
import type { Journal } from '../engine/journal/journal.ts'
import type { Session } from '../engine/mocha/preparedRun.ts'
import type { RunOptions } from '../engine/options.ts'
import { scopeOf, type Shard } from '../engine/plan/shard.ts'
import { checkNames, checkNewRun, checkOutput, checkSimulated, checkTargets, withoutEmptyFolder } from './checkInput.ts'
import { checkJobSettings } from './inCluster/checkJob.ts'
import { chosen } from './chosen.ts'
import { imagesOf } from './imagesOf.ts'
import { declarationsOf } from '../helpers/profile/declaration.ts'
import type { KnownDeviation, Profile } from '../helpers/profile/profile.ts'
import { shippedDeviations } from '../helpers/profile/shippedDeviations.ts'
import type { RunSettings } from './runSettings.ts'
import { shardOf } from './shardSettings.ts'

export interface SessionHandle {
  readonly session: Session
  readonly folder: string
  readonly runId: string
  /** Stops arms, cleans up and reports, in that order; the journal says why. */
  stop(signal: NodeJS.Signals): void
  /** Why the journal lacks events; null when it has them all. */
  journalFailure(): Error | null
  /** Closes connections and, if there is one, the simulated cluster. */
  close(): Promise<void>
}

/**
 * Checks everything that can be checked before the cluster is touched, and connects. Throws UsageError and the errors of kubeconfig,
 * profile and images (exit code 2), or of the connection (3).
 */
export async function prepareSession(
  settings: RunSettings,
  command: readonly string[],
  onJournal: (journal: Journal) => void,
): Promise<SessionHandle> {
  const catalog = loadCatalog(settings.specs)
  checkNames(settings, catalog)
  checkSimulated(settings)
  const shard = shardOf(settings)
  checkJobSettings(settings)
  checkOutput(settings.out)
  const runId = settings.runId ?? newRunId()
  const folder = path.join(settings.out, scopeOf(runId, shard))
  checkNewRun(folder)
  const images = imagesOf(settings)
  const profile = settings.profile === undefined ? null : await readProfile(settings.profile)
  const simulation = settings.sim ? await startSimulated(settings) : null
  const { connect } = await import('../helpers/cluster/connect.ts')
  const cluster = await connect({
    ...chosen({ kubeconfig: simulation?.kubeconfig ?? settings.kubeconfig, context: settings.context }),
    runLabel: RUN_LABEL,
  })
  try {
    await checkTargets(settings, cluster)
  } catch (error) {
    await cluster.close()
    await simulation?.close()
    throw error
  }
  const declared = profile?.classes ?? simulation?.classes ?? null
  const options = {
    ...runOptions(settings, { runId, shard }, command, profile?.knownDeviations ?? [], declared),
    declarations: profile ? declarationsOf(profile) : (simulation?.declarations ?? []),
    declaresAllClasses: profile?.namesAllClasses ?? true,
    declaredVersion: profile?.kataVersion ?? null,
    declaredDefaultClass: profile?.defaultRuntimeClass ?? simulation?.defaultRuntimeClass ?? null,
    production: profile?.production ?? simulation?.production ?? null,
    storageClasses: storageClassesOf(settings, profile?.storageClasses ?? simulation?.storageClasses ?? {}),
  }
  const abort = new AbortController()
  // Every arm and every wait listens to it.
  setMaxListeners(0, abort.signal)
  let journal: Journal | null = null
  return {
    runId,
    folder,
    session: (registered) =>
      withoutEmptyFolder(settings.out, async () => {
        const { prepareRun } = await import('../engine/run/prepareRun.ts')
        return prepareRun({
          options,
          cluster,
          catalog,
          registered,
          images,
          signal: abort.signal,
          onJournal(opened) {
            journal = opened
            onJournal(opened)
          },
        })
      }),
    stop(signal) {
      if (abort.signal.aborted) return
      journal?.write({ event: 'run.interrupted', signal })
      abort.abort(new Error(`stopped by ${signal}`))
    },
    journalFailure: () => journal?.failure ?? null,
    async close() {
      await cluster.close()
      await simulation?.close()
    },
  }
}

function runOptions(
  settings: RunSettings,
  part: { readonly runId: string; readonly shard: Shard | null },
  command: readonly string[],
  knownDeviations: readonly KnownDeviation[],
  declaredClasses: RunOptions['declaredClasses'],
): RunOptions {
  return {
    ...part,
    maker: settings.maker,
    out: settings.out,
    simulated: settings.sim,
    command,
    suiteVersion: suiteVersion(),
    classes: settings.runtimeClass,
    nodes: settings.node,
    chapters: settings.chapter,
    levels: settings.level,
    behaviours: settings.behaviour,
    nodeProbe: settings.probe,
    quietNodes: settings.quietNodes,
    slow: settings.slow,
    // The simulated cluster is nobody's: nothing there needs protection.
    allowNodeChanges: settings.allowNodeChanges || settings.sim,
    allowDisruptive: settings.allowDisruptive || settings.sim,
    allowClusterPolicy: settings.allowClusterPolicy || settings.sim,
    knownDeviations: [...shippedDeviations(), ...knownDeviations],
    declaredClasses,
    repeat: settings.repeat,
    maxArms: settings.maxArms,
    maxPodsPerNode: settings.maxPods,
  }
}

/** What is typed goes before what the profile says. */
const storageClassesOf = (
  { storageClassBlock, storageClassFilesystem }: RunSettings,
  declared: NonNullable<RunOptions['storageClasses']>,
): NonNullable<RunOptions['storageClasses']> => ({
  ...declared,
  ...(storageClassBlock === undefined ? {} : { block: storageClassBlock }),
  ...(storageClassFilesystem === undefined ? {} : { filesystem: storageClassFilesystem }),
})

const suiteVersion = (): string =>
  (JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string })
    .version

async function readProfile(file: string): Promise<Profile> {
  const { loadProfile } = await import('../helpers/profile/loadProfile.ts')
  return loadProfile(file)
}

async function startSimulated(settings: RunSettings) {
  const { startSimulatedCluster } = await import('./simulatedCluster.ts')
  const { scenario, kataVersion, speed } = settings
  return startSimulatedCluster({ scenario, kataVersion, speed })
}
