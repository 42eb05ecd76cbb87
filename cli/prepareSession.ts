import { setMaxListeners } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { distance } from 'fastest-levenshtein'
import { loadCatalog } from '../engine/catalog/loadCatalog.ts'
import { newRunId, RUN_LABEL } from '../engine/cluster/labels.ts'
import type { Journal } from '../engine/journal/journal.ts'
import type { Session } from '../engine/mocha/preparedRun.ts'
import type { RunOptions } from '../engine/options.ts'
import type { Cluster } from '../helpers/cluster/cluster.ts'
import { chosen } from './chosen.ts'
import { loadImages } from '../helpers/pods/images.ts'
import type { KnownDeviation, Profile } from '../helpers/profile/profile.ts'
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
  checkSimulated(settings)
  checkOutput(settings.out)
  const images = loadImages(settings.image)
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
  const runId = newRunId()
  const declared = profile?.classes ?? simulation?.classes ?? null
  const options = runOptions(settings, runId, command, profile?.knownDeviations ?? [], declared)
  const abort = new AbortController()
  // Every arm and every wait listens to it.
  setMaxListeners(0, abort.signal)
  let journal: Journal | null = null
  return {
    runId,
    folder: path.join(settings.out, runId),
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
    async close() {
      await cluster.close()
      await simulation?.close()
    },
  }
}

/** A run that cannot begin leaves no folder that it made for its results. */
async function withoutEmptyFolder<T>(out: string, work: () => Promise<T>): Promise<T> {
  const isNew = !existsSync(out)
  try {
    return await work()
  } catch (error) {
    if (isNew && existsSync(out) && readdirSync(out).length === 0) rmdirSync(out)
    throw error
  }
}

function runOptions(
  settings: RunSettings,
  runId: string,
  command: readonly string[],
  knownDeviations: readonly KnownDeviation[],
  declaredClasses: RunOptions['declaredClasses'],
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
    // The simulated cluster is nobody's: nothing there needs protection.
    allowNodeChanges: settings.allowNodeChanges || settings.sim,
    allowDisruptive: settings.allowDisruptive || settings.sim,
    knownDeviations: [...shippedDeviations(), ...knownDeviations],
    declaredClasses,
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
  checkNamed('behaviour', settings.behaviour, ids)
  checkNamed('chapter', settings.chapter, chapters)
  checkNamed('level', settings.level, ['MUST', 'SHOULD', 'MAY', 'INFO'])
}

function checkNamed(kind: string, wanted: readonly string[], known: readonly string[], where = ''): void {
  for (const name of wanted) {
    if (known.includes(name)) continue
    const nearest = [...known].sort((a, b) => distance(name, a) - distance(name, b)).slice(0, 3)
    const instead = nearest.length > 0 ? `nearest: ${nearest.join(', ')}` : 'there is none at all'
    throw new UsageError(`there is no ${kind} ${name}${where}; ${instead}`)
  }
}

/** Throws UsageError for a RuntimeClass or a node that the cluster does not have: all of it would be skipped. */
async function checkTargets(settings: RunSettings, cluster: Cluster): Promise<void> {
  const names = async (apiVersion: string, kind: string) =>
    (await cluster.list({ apiVersion, kind })).map(({ metadata }) => metadata.name ?? '')
  const where = ` in ${cluster.context}`
  if (settings.runtimeClass.length > 0)
    checkNamed('RuntimeClass', settings.runtimeClass, await names('node.k8s.io/v1', 'RuntimeClass'), where)
  if (settings.node.length > 0) checkNamed('node', settings.node, await names('v1', 'Node'), where)
}

/** Throws UsageError for options of the simulated cluster on a run that is not on it. */
function checkSimulated({ sim, scenario, kataVersion, context, kubeconfig }: RunSettings): void {
  const idle = sim
    ? { '--context': context, '--kubeconfig': kubeconfig }
    : { '--scenario': scenario, '--kata-version': kataVersion }
  for (const [option, value] of Object.entries(idle)) {
    if (value === undefined) continue
    throw new UsageError(
      sim
        ? `${option} and --sim name two clusters; give one of them`
        : `${option} is about the simulated cluster; add --sim`,
    )
  }
}

const NEEDED_BYTES = 50 * 2 ** 20

/** Throws UsageError when results cannot be written there. Tries it: root is denied nothing by access rights, and /proc says it is writable. */
function checkOutput(out: string): void {
  let folder = path.resolve(out)
  while (!existsSync(folder)) folder = path.dirname(folder)
  const refuse = (why: string) =>
    new UsageError(`results cannot be written to ${out}: ${why}; choose another folder with --out`)
  if (!statSync(folder).isDirectory()) throw refuse(`${folder} is not a folder`)
  try {
    rmdirSync(mkdtempSync(path.join(folder, '.kata-conformance-')))
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException
    throw refuse(
      code === 'EACCES' || code === 'EPERM' ? `no permission for ${folder}` : `${folder} takes no new folder (${code})`,
    )
  }
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < NEEDED_BYTES) throw refuse('less than 50 MiB are free there')
}
