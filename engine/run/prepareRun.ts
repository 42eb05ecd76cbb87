import { rmSync } from 'node:fs'
import path from 'node:path'
import type { RegisteredBehaviour } from '../../helpers/behaviour.ts'
import { isConnectionTrouble } from '../../helpers/cluster/connectionTrouble.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { detectFacts } from '../../helpers/facts/detectFacts.ts'
import { factRecords } from '../../helpers/facts/factRecords.ts'
import { warnings } from '../../helpers/facts/warnings.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import type { Catalog } from '../catalog/loadCatalog.ts'
import type { LostRejections } from '../arm/lostRejections.ts'
import { checkAccess } from '../access/checkAccess.ts'
import { checkApiServer } from '../access/checkApiServer.ts'
import { createLedger, type Ledger } from '../cluster/ledger.ts'
import { earlierNamespaces } from '../cluster/earlierNamespaces.ts'
import { RUN_LABEL } from '../cluster/labels.ts'
import { createNamespaces, type RunNamespaces } from '../cluster/namespaces.ts'
import { startProbes } from '../cluster/probes.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import type { PreparedRun } from '../mocha/preparedRun.ts'
import type { RunOptions } from '../options.ts'
import { makePlan } from '../plan/plan.ts'
import { ownPart, sharers } from '../plan/ownPart.ts'
import { scopeOf } from '../plan/shard.ts'
import { createNodeHold } from '../schedule/nodeHold.ts'
import { startRun } from './startRun.ts'

const CLEAN_UP_MS = 120_000

export interface RunInputs {
  readonly options: RunOptions
  readonly cluster: Cluster
  readonly catalog: Catalog
  readonly registered: readonly RegisteredBehaviour[]
  readonly images: ImageResolver
  readonly signal: AbortSignal
  /** Called once the journal is open, before anything is deployed. */
  readonly onJournal: (journal: Journal) => void
  /** What hears of errors that nobody handled; default: the run's own, which knows the arm of each. */
  readonly lost?: LostRejections
}

/**
 * Opens the journal, makes the run's namespaces and probes, detects facts and plans. When any of it fails, what was made is removed, the
 * run's folder too, and the error is thrown: ApiError, WaitError, or the file system's.
 */
export async function prepareRun(inputs: RunInputs): Promise<PreparedRun> {
  const { options, cluster } = inputs
  const { gitVersion } = await cluster.version()
  const remarks = await checkApiServer(cluster)
  const access = {
    command: 'run',
    probe: options.nodeProbe,
    nodeChanges: options.allowNodeChanges,
    shards: options.shard !== null,
    clusterPolicy: options.allowClusterPolicy ?? false,
  } as const
  await checkAccess(cluster, access, 'cluster')
  const earlier = await earlierNamespaces(cluster, options)
  const simulated = options.simulated || (await hasSimulatedNodes(cluster))
  const journal = openJournal(path.join(options.out, scopeOf(options.runId, options.shard)))
  inputs.onJournal(journal)
  journal.onFailure(({ message }) =>
    journal.write({ event: 'note', text: `results cannot be written for now, and are kept in memory: ${message}` }),
  )
  const ledger = createLedger(journal, options.maker)
  journal.write({
    event: 'run.started',
    schemaVersion: 1,
    runId: options.runId,
    simulated,
    suiteVersion: options.suiteVersion,
    nodeVersion: process.version,
    command: [...options.command],
    cluster: { context: cluster.context, server: cluster.server, kubernetesVersion: gitVersion },
  })
  for (const text of [...remarks, ...earlier]) journal.write({ event: 'note', text })
  try {
    const namespaces = await createNamespaces(cluster, ledger, options, inputs.images, (namespace) =>
      checkAccess(cluster, access, { own: namespace }),
    )
    return await plan(inputs, journal, ledger, namespaces)
  } catch (error) {
    const left = await ledger.removeAll(cluster, CLEAN_UP_MS)
    await journal.close()
    if (left.length > 0) throw leftBehind(error as Error, left.length, options.runId)
    rmSync(journal.folder, { recursive: true, force: true })
    throw error
  }
}

/** The same error, which also says what is to be done. */
function leftBehind(error: Error, count: number, runId: string): Error {
  error.message += `; ${count} objects could not be removed: kata-conformance clean --run ${runId}`
  return error
}

/** The simulator labels its nodes: also a run that came there by a kubeconfig says SIMULATED. */
async function hasSimulatedNodes(cluster: Cluster): Promise<boolean> {
  const labelSelector = 'kata-conformance.dev/simulated=true'
  // Who may not list nodes is told so when the run needs them; a server that does not answer must not make simulated nodes look real.
  const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node', labelSelector }).catch((error: unknown) => {
    if (isConnectionTrouble(error)) throw error
    return []
  })
  return nodes.length > 0
}

async function plan(
  inputs: RunInputs,
  journal: Journal,
  ledger: Ledger,
  namespaces: RunNamespaces,
): Promise<PreparedRun> {
  const { options, cluster, catalog, registered, signal } = inputs
  const given = {
    privilegedNamespace: namespaces.refused === null ? true : { refused: namespaces.refused },
    declared: options.declaredClasses,
    declaresAllClasses: options.declaresAllClasses ?? true,
    declarations: options.declarations ?? [],
    declaredVersion: options.declaredVersion ?? null,
    declaredDefaultClass: options.declaredDefaultClass ?? null,
    production: options.production ?? null,
    classes: options.classes,
    ...(options.storageClasses === undefined ? {} : { storageClasses: options.storageClasses }),
    // What the other shards of this run have there is not in the way: they have budgets of their own.
    ...(options.shard === null ? {} : { countedPods: `${RUN_LABEL}!=${options.runId}` }),
  }
  const fromApi = await detectFacts(cluster, { ...given, probes: () => null })
  const probes = await startProbes({
    cluster,
    facts: fromApi,
    ledger,
    namespaces,
    options,
    images: inputs.images,
    signal,
  })
  for (const note of probes.notes) journal.write({ event: 'note', text: note })
  const facts = await detectFacts(cluster, { ...given, probes: (node) => probes.on(node) })
  for (const text of warnings(facts)) journal.write({ event: 'note', text })
  journal.write({ event: 'facts', facts: factRecords(facts) })
  const made = makePlan(catalog, registered, facts, options)
  journal.write({ event: 'claims', claims: [...made.claims] })
  const { arms, allotment } = ownPart(made, options.shard, journal)
  const hold = createNodeHold({ cluster, signal, own: namespaces.baseline, namespaces: sharers(allotment, options) })
  await hold.enter()
  const own = { claims: made.claims, arms }
  return startRun({ ...inputs, journal, ledger, namespaces, probes, facts, plan: own, allotment, hold })
}
