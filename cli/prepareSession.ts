import { setMaxListeners } from 'node:events'
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs'
import path from 'node:path'
import { distance } from 'fastest-levenshtein'
import { loadCatalog } from '../engine/catalog/loadCatalog.ts'
import { newRunId, RUN_LABEL } from '../engine/cluster/labels.ts'
import type { Journal } from '../engine/journal/journal.ts'
import type { Session } from '../engine/mocha/preparedRun.ts'
import type { RunOptions } from '../engine/options.ts'
import { prepareRun } from '../engine/run/prepareRun.ts'
import { connect } from '../helpers/cluster/connect.ts'
import { chosen } from './chosen.ts'
import { loadImages } from '../helpers/pods/images.ts'
import type { Profile } from '../helpers/profile/profile.ts'
import { shippedDeviations } from '../helpers/profile/shippedDeviations.ts'
import type { RunSettings } from './runSettings.ts'
import { UsageError } from './usageError.ts'

export interface SessionHandle {
  readonly session: Session
  readonly folder: string
  readonly runId: string
  /** Stops arms, cleans up and reports, in that order; the journal says why. */
  stop(signal: NodeJS.Signals): void
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
  checkNames(
    settings,
    [...catalog.claims.keys()],
    catalog.chapters.map(({ name }) => name),
  )
  checkOutput(settings.out)
  const images = loadImages(settings.image)
  const profile = settings.profile === undefined ? null : await readProfile(settings.profile)
  const simulation = settings.sim ? await startSimulated(settings) : null
  const cluster = await connect({
    ...(simulation ?? chosen({ kubeconfig: settings.kubeconfig, context: settings.context })),
    runLabel: RUN_LABEL,
  })
  const runId = newRunId()
  const options = runOptions(settings, runId, command, profile)
  const abort = new AbortController()
  // Every arm and every wait listens to it.
  setMaxListeners(0, abort.signal)
  let journal: Journal | null = null
  return {
    runId,
    folder: path.join(settings.out, runId),
    session: (registered) =>
      prepareRun({
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
      }),
    stop(signal) {
      if (abort.signal.aborted) return
      journal?.write({ event: 'run.interrupted', signal })
      abort.abort(new Error(`stopped by ${signal}`))
    },
    async close() {
      await cluster.close()
      await simulation?.close()
    },
  }
}

function runOptions(
  settings: RunSettings,
  runId: string,
  command: readonly string[],
  profile: Profile | null,
): RunOptions {
  return {
    runId,
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
    knownDeviations: [...shippedDeviations(), ...(profile?.knownDeviations ?? [])],
    declaredClasses: profile?.classes ?? null,
    maxArms: settings.maxArms,
    maxPodsPerNode: settings.maxPods,
  }
}

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

/** Throws UsageError with the nearest names. */
function checkNames(settings: RunSettings, ids: readonly string[], chapters: readonly string[]): void {
  const check = (kind: string, wanted: readonly string[], known: readonly string[]) => {
    for (const name of wanted) {
      if (known.includes(name)) continue
      const nearest = [...known].sort((a, b) => distance(name, a) - distance(name, b)).slice(0, 3)
      throw new UsageError(`there is no ${kind} ${name}; nearest: ${nearest.join(', ')}`)
    }
  }
  check('behaviour', settings.behaviour, ids)
  check('chapter', settings.chapter, chapters)
  check('level', settings.level, ['MUST', 'SHOULD', 'MAY', 'INFO'])
}

const NEEDED_BYTES = 50 * 2 ** 20

/** Throws UsageError when results cannot be written there. */
function checkOutput(out: string): void {
  let folder = path.resolve(out)
  while (!existsSync(folder)) folder = path.dirname(folder)
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch {
    throw new UsageError(
      `results cannot be written to ${out}: no permission for ${folder}; choose another folder with --out`,
    )
  }
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < NEEDED_BYTES)
    throw new UsageError(
      `results cannot be written to ${out}: less than 50 MiB are free there; choose another folder with --out`,
    )
}
