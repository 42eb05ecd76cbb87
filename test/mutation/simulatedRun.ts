import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { newRunId, RUN_LABEL } from '../../engine/cluster/labels.ts'
import type { RunOptions } from '../../engine/options.ts'
import { prepareRun } from '../../engine/run/prepareRun.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import { loadImages } from '../../helpers/pods/images.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { startSimulatedCluster } from '../../cli/simulatedCluster.ts'

export interface SimulatedRun {
  readonly scenario: string
  readonly kataVersion?: string
  readonly faults: readonly string[]
  /** Default Infinity: no latencies. */
  readonly speed?: number
  readonly options?: Partial<RunOptions>
}

/** Runs every check against a simulated cluster whose latencies are zero, in this process, without mocha. */
export async function simulatedRun({
  scenario,
  kataVersion,
  faults,
  speed = Infinity,
  options,
}: SimulatedRun): Promise<RunRecord> {
  const simulation = await startSimulatedCluster({ scenario, kataVersion, faults, speed })
  try {
    return await runChecks(simulation.kubeconfig, { declaredClasses: simulation.classes, ...options })
  } finally {
    await simulation.close()
  }
}

/** Runs every check against the cluster of a kubeconfig, in this process, without mocha. */
export async function runChecks(kubeconfig: string, options: Partial<RunOptions>): Promise<RunRecord> {
  const out = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-'))
  const { signal } = new AbortController()
  // Every arm and every wait listens to it.
  setMaxListeners(0, signal)
  const cluster = await connect({ kubeconfig, runLabel: RUN_LABEL })
  try {
    const run = await prepareRun({
      options: { ...defaults(out), ...options },
      cluster,
      catalog: loadCatalog(),
      registered: await loadSpecs(),
      images: loadImages([]),
      signal,
      onJournal: () => undefined,
    })
    run.start(new Set(run.plan.arms.map(({ planned }) => planned.id)))
    return await run.finish()
  } finally {
    await cluster.close()
    rmSync(out, { recursive: true, force: true })
  }
}

const defaults = (out: string): RunOptions => ({
  runId: newRunId(),
  out,
  simulated: true,
  command: [],
  suiteVersion: 'test',
  classes: [],
  nodes: [],
  chapters: [],
  levels: [],
  behaviours: [],
  nodeProbe: true,
  quietNodes: false,
  slow: true,
  allowNodeChanges: true,
  allowDisruptive: true,
  knownDeviations: [],
  declaredClasses: null,
  maxArms: 64,
  maxPodsPerNode: 110,
})
