import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import type { ArmResult } from '../../reports/record/arm.ts'
import { exitCodes, foldJournal } from '../../reports/record/foldJournal.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { createExtras } from '../arm/extras.ts'
import { collectEvidence } from '../arm/collectEvidence.ts'
import { createEvidenceReader } from '../arm/evidenceReader.ts'
import type { ArmServices } from '../arm/armServices.ts'
import { groundOf } from '../arm/ground.ts'
import { createGroundReadings } from '../arm/groundReadings.ts'
import { createBootIds, livesOf } from '../arm/nodeLives.ts'
import { runArm } from '../arm/runArm.ts'
import { watchLostRejections } from '../arm/lostRejections.ts'
import type { Ledger } from '../cluster/ledger.ts'
import type { RunNamespaces } from '../cluster/namespaces.ts'
import { createArmObjects } from '../cluster/armObjects.ts'
import { createPodStarter } from '../cluster/podStarter.ts'
import type { Probes } from '../cluster/probes.ts'
import { createWorkshops } from '../cluster/workshops.ts'
import type { Journal } from '../journal/journal.ts'
import type { PreparedRun } from '../mocha/preparedRun.ts'
import type { Arm } from '../plan/arm.ts'
import type { Plan } from '../plan/plan.ts'
import { type Allotment, isExclusive, scopeOf } from '../plan/shard.ts'
import { budgetOf, type NodeBudget } from '../schedule/budget.ts'
import type { NodeHold } from '../schedule/nodeHold.ts'
import { longestChainMs, type TriedArm } from '../schedule/longestChain.ts'
import { PodPool } from '../schedule/podPool.ts'
import { type Schedule, startSchedule } from '../schedule/schedule.ts'
import { verdictOf } from '../arm/verdictOf.ts'
import { lateFailures } from './lateFailures.ts'
import type { RunInputs } from './prepareRun.ts'
import { settleVerdict } from './settleVerdict.ts'

const CLEAN_UP_MS = 180_000

export interface RunParts extends RunInputs {
  readonly journal: Journal
  readonly ledger: Ledger
  readonly namespaces: RunNamespaces
  readonly probes: Probes
  readonly facts: ClusterFacts
  readonly plan: Plan
  /** Null: all of the plan is this process's. */
  readonly allotment: Allotment | null
  readonly hold: NodeHold
}

/** A prepared run: arms start when mocha says which of them it will report. */
export function startRun(parts: RunParts): PreparedRun {
  const { plan, journal, cluster, ledger, namespaces, options, facts, probes, signal, allotment, hold } = parts
  const own = { ...parts, runId: options.runId, scope: scopeOf(options.runId, options.shard) }
  const lost = parts.lost ?? watchLostRejections()
  const budgets: ReadonlyMap<string, NodeBudget> = new Map(
    facts.nodes.map((node) => [
      node.name,
      budgetOf(node, options.maxPodsPerNode, allotment?.shardsOn.get(node.name)?.length),
    ]),
  )
  const objects = createArmObjects(own)
  const workshops = createWorkshops(own)
  const starter = createPodStarter({ ...own, objects })
  let withEvidence = true
  let schedule: Schedule | null = null
  const pool = new PodPool({
    starter,
    budgets,
    signal,
    now: () => performance.now(),
    roomHasGrown: () => schedule?.roomMayHaveGrown(),
    podStarted: (spec, ms) => schedule?.podStarted(spec, ms),
  })
  const settled = new Map<string, Promise<ArmResult>>()
  const lives = livesOf(facts.nodes)
  const readings = createGroundReadings(cluster)
  const reader = createEvidenceReader()
  let startedAt = 0

  const services: ArmServices = {
    facts,
    lost,
    signal,
    api: {
      find: (ref) => cluster.find(ref),
      raw: (path) => cluster.raw(path),
      bootId: createBootIds(lives, readings),
    },
    objects: (arm) => objects.create(arm),
    acquire: (arm) => pool.acquire(arm),
    release: (arm, furtherGone) => pool.release(arm, furtherGone),
    again(arm, lostPods) {
      for (const pod of lostPods) pool.drop(pod)
      pool.plan(arm)
    },
    ground: () => groundOf(cluster, readings, lives),
    probe: (node) => probes.require(node),
    probes: () => probes.all(),
    extras: (arm) => createExtras({ ...own, arm, starter, objects, workshops }),
    sampled: (arm, figure, sample) => journal.write({ event: 'sample', arm: arm.planned.id, figure, sample }),
    collectEvidence: async (arm, pods, message) =>
      withEvidence
        ? collectEvidence(journal.folder, arm, pods, message, {
            cluster,
            probe: probes.on(arm.planned.node ?? ''),
            reader,
            kataDeploy: facts.kataDeployNamespaces ?? null,
            signal,
          })
        : [],
  }

  /** An arm that wants the node for itself waits for the other shards that have the node, too. */
  async function runAlone(arm: Arm): Promise<ArmResult> {
    if (arm.decided || !isExclusive(arm) || signal.aborted) return runArm(arm, services)
    return hold.alone().then(
      () => runArm(arm, services),
      (error: Error) =>
        runArm(signal.aborted ? arm : { ...arm, decided: { verdict: 'broken', reason: error.message } }, services),
    )
  }

  async function settle(arm: Arm, own: Promise<ArmResult>): Promise<ArmResult> {
    const control = arm.control === null ? undefined : schedule?.results.get(arm.control)
    const result = settleVerdict(
      arm,
      await own,
      (await control) ?? null,
      options.knownDeviations,
      new Date().toISOString().slice(0, 10),
    )
    journal.write({ event: 'arm.finished', arm: arm.planned.id, result })
    return result
  }

  /** Returns the namespace that names the nodes which could not be swept: without it nobody would look there again. Null when all were. */
  async function sweepNodes(): Promise<string | null> {
    const unswept = await workshops.sweep()
    for (const { node, why } of unswept) {
      const then = `kata-conformance clean --run ${options.runId} tries again`
      journal.write({
        event: 'note',
        text: `what the run has made on node ${node} may be there still: ${why}; ${then}`,
      })
    }
    return unswept.length === 0 ? null : namespaces.privileged
  }

  return {
    plan,
    start(ids, { withoutControls = false, withoutEvidence = false } = {}) {
      withEvidence = !withoutEvidence
      const arms = toRun(plan.arms, ids, withoutControls)
      journal.write({ event: 'plan', arms: arms.map(({ planned }) => planned) })
      startedAt = performance.now()
      schedule = startSchedule({
        arms,
        pool,
        budgets,
        maxArms: options.maxArms,
        signal,
        run: runAlone,
        onStart: (arm) => journal.write({ event: 'arm.started', arm: arm.planned.id }),
      })
      for (const arm of arms) {
        const own = schedule.results.get(arm.planned.id)
        if (own) settled.set(arm.planned.id, settle(arm, own))
      }
    },
    result: (id) => settled.get(id) ?? Promise.reject(new Error(`${id} is not part of this run`)),
    async finish(): Promise<RunRecord> {
      const byId = new Map(await Promise.all([...settled].map(async ([id, result]) => [id, await result] as const)))
      await pool.settled()
      const wallMs = performance.now() - startedAt
      const leaked = await ledger.removeAll(cluster, CLEAN_UP_MS, await sweepNodes())
      for (const [arm, result] of lateFailures(lost.late, byId)) journal.write({ event: 'arm.finished', arm, result })
      for (const { arm, error } of lost.late) {
        if (arm === null)
          journal.write({ event: 'note', text: `an error was lost outside of any arm: ${verdictOf(error).message}` })
      }
      lost.stop()
      for (const retry of cluster.stats.retries) {
        journal.write({ event: 'api.retried', request: retry.request, attempt: retry.attempt, because: retry.because })
      }
      const end = {
        event: 'run.finished' as const,
        wallMs,
        lowerBoundMs: Math.max(pool.lowerBoundMs(), longestChainMs(triedArms(plan.arms, byId))),
        apiRequests: cluster.stats.requests,
        watches: cluster.stats.watches,
        leaked: [...leaked],
      }
      const { outcome } = foldJournal([...journal.events, { ...end, at: '', exitCode: 0 }])
      journal.write({ ...end, exitCode: exitCodes[outcome] })
      await journal.close()
      return foldJournal(journal.events)
    },
  }
}

/** The chosen arms, the controls that they refer to unless nobody wants them, and every canary. */
function toRun(arms: readonly Arm[], ids: ReadonlySet<string>, withoutControls: boolean): Arm[] {
  const asking = withoutControls ? [] : arms.filter(({ planned }) => ids.has(planned.id))
  const controls = new Set(asking.map(({ control }) => control))
  return arms.filter(({ planned }) => ids.has(planned.id) || controls.has(planned.id) || planned.role === 'canary')
}

const triedArms = (arms: readonly Arm[], results: ReadonlyMap<string, ArmResult>): TriedArm[] =>
  arms.flatMap((arm) => {
    const ms = results.get(arm.planned.id)?.durationMs
    return ms === undefined ? [] : [{ node: arm.planned.node, exclusive: isExclusive(arm), ms }]
  })
