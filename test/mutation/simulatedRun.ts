import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { LostError, LostRejections } from '../../engine/arm/lostRejections.ts'
import { type Catalog, loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { newRunId, RUN_LABEL } from '../../engine/cluster/labels.ts'
import { type RunOptions, wholeRun } from '../../engine/options.ts'
import type { Arm } from '../../engine/plan/arm.ts'
import { prepareRun } from '../../engine/run/prepareRun.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import { loadImages } from '../../helpers/pods/images.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { startSimulatedCluster } from '../../cli/simulatedCluster.ts'
import { oneOfEach, type Selection } from './oneOfEach.ts'

export interface SimulatedRun {
  readonly scenario: string
  readonly kataVersion?: string | undefined
  readonly faults: readonly string[]
  /** Default Infinity: no latencies. */
  readonly speed?: number
  readonly options?: Partial<RunOptions>
  /** Default: all arms of all checks. */
  readonly select?: Selection
}

/** Read once a process. */
let catalog: Catalog | undefined

/** Runs every check against a simulated cluster whose latencies are zero, in this process, without mocha. */
export async function simulatedRun({
  scenario,
  kataVersion,
  faults,
  speed = Infinity,
  options,
  select,
}: SimulatedRun): Promise<RunRecord> {
  const simulation = await startSimulatedCluster({ scenario, kataVersion, faults, speed })
  try {
    return await runChecks(
      simulation.kubeconfig,
      {
        declaredClasses: simulation.classes,
        declarations: simulation.declarations,
        storageClasses: simulation.storageClasses,
        declaredDefaultClass: simulation.defaultRuntimeClass,
        production: simulation.production,
        ...options,
      },
      (arms) => (select ? oneOfEach(arms, select) : arms),
      { withoutControls: select?.per === 'check', withoutEvidence: true },
    )
  } finally {
    await simulation.close()
  }
}

/** Runs every check against the cluster of a kubeconfig, in this process, without mocha. */
export async function runChecks(
  kubeconfig: string,
  options: Partial<RunOptions>,
  choose: (arms: readonly Arm[]) => readonly Arm[] = (arms) => arms,
  leftOut: { readonly withoutControls?: boolean; readonly withoutEvidence?: boolean } = {},
): Promise<RunRecord> {
  const out = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-'))
  const lost = anyLost()
  const { signal } = new AbortController()
  // Every arm and every wait listens to it.
  setMaxListeners(0, signal)
  const cluster = await connect({ kubeconfig, runLabel: RUN_LABEL })
  try {
    const run = await prepareRun({
      options: { ...defaults(out), ...options },
      cluster,
      catalog: (catalog ??= loadCatalog()),
      registered: await loadSpecs(),
      images: loadImages([]),
      signal,
      onJournal: () => undefined,
      lost,
    })
    run.start(new Set(choose(run.plan.arms).map(({ planned }) => planned.id)), leftOut)
    const record = await run.finish()
    if (lost.late[0]) throw lost.late[0].error
    return record
  } finally {
    await cluster.close()
    rmSync(out, { recursive: true, force: true })
  }
}

/**
 * An error that nobody handled fails the whole run here, whichever arm lost it: to know the arm, Node 20 follows every promise of this process, and the
 * simulated cluster's are many.
 */
function anyLost(): LostRejections {
  const late: LostError[] = []
  const onLost = (error: unknown) => void late.push({ arm: null, error })
  process.on('unhandledRejection', onLost)
  process.on('uncaughtException', onLost)
  return {
    within: (_, work) => work(),
    take: () => [],
    late,
    stop() {
      process.removeListener('unhandledRejection', onLost)
      process.removeListener('uncaughtException', onLost)
    },
  }
}

const defaults = (out: string): RunOptions => ({
  ...wholeRun,
  runId: newRunId(),
  out,
  simulated: true,
  command: [],
  suiteVersion: 'test',
  slow: true,
  allowNodeChanges: true,
  allowDisruptive: true,
  allowClusterPolicy: true,
})
