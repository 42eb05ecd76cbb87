import type { UpgradeJournal } from '../../engine/upgrade/upgradeJournal.ts'
import { checkAccess } from '../../engine/access/checkAccess.ts'
import { askWitnesses } from '../../engine/upgrade/witnesses/askWitnesses.ts'
import { type LongExec, openExec } from '../../engine/upgrade/witnesses/longExec.ts'
import { observe } from '../../engine/upgrade/observe.ts'
import { expectedOverhead, preflight, targetOf } from '../../engine/upgrade/preflight.ts'
import { forgetCommand, keptCommand } from '../../engine/upgrade/operatorCommand.ts'
import { runCommand } from '../../engine/upgrade/runCommand.ts'
import { type RolloutWatch, watchRollout } from '../../engine/upgrade/watchRollout.ts'
import { makeWitnesses, type WitnessPlan } from '../../engine/upgrade/witnesses/makeWitnesses.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import type { ClusterState, Remark } from '../../reports/record/upgradeJournal.ts'
import type { UpgradeOptions } from '../upgrade.ts'
import { canaryFirst, holdOtherNodes } from './canary.ts'
import { childRun } from './childRun.ts'
import { commandKubeconfig } from './commandKubeconfig.ts'
import { type Ground, prepareGround } from './ground.ts'
import { rightsWanted } from './rightsWanted.ts'
import { say } from './say.ts'

export interface Performance {
  readonly journal: UpgradeJournal
  readonly cluster: Cluster
  readonly options: UpgradeOptions
  readonly signal: AbortSignal
}

/** All steps that the journal does not have yet, in order. 'stopped': the preflight says no, or was all that was asked for; what was made is removed. */
export async function perform(of: Performance): Promise<'done' | 'stopped'> {
  const { journal, options } = of
  const ground = await prepareGround(of)
  try {
    await checkAccess(of.cluster, rightsWanted(options), { own: ground.namespace })
    if (journal.record.commandStartedAt === null) {
      await runBefore(of)
      if (!(await look(of, ground))) return 'stopped'
      await witness(of, ground)
    }
    await change(of, ground)
    await runAfter(of)
    say('looking at what is left on every node')
    const known = journal.record.stateBefore?.nodes.map(({ node }) => node) ?? []
    journal.write({ event: 'state', when: 'after', state: await observe(of.cluster, ground.probeOn, known) })
    return 'done'
  } finally {
    await tidy(of, ground)
  }

  /** Witnesses that could not be asked stay, for whoever resumes; so do those of an upgrade that was stopped after its command began. */
  async function tidy({ journal: { record } }: Performance, made: Ground): Promise<void> {
    const begun = record.commandStartedAt !== null && !options.preflight
    const unasked = record.testimonies.some(({ verdict }) => verdict === 'unknown')
    if (begun && (!record.judged || unasked)) return
    await made.removeAll()
  }
}

async function runBefore({ journal, options, signal }: Performance): Promise<void> {
  if (journal.record.before !== null || options.preflight) return
  say('the checks, before the upgrade')
  const { runArguments } = journal.record.started
  journal.write({ event: 'before', run: await childRun(journal.folder, runArguments, options, signal) })
}

/** Observes and judges what is there. False: do not go on. */
async function look({ journal, cluster, options }: Performance, { probeOn }: Ground): Promise<boolean> {
  const state = await observe(cluster, probeOn)
  journal.write({ event: 'state', when: 'before', state })
  const { command, rollbackOf } = journal.record.started
  const target = options.to ?? targetOf(keptCommand(journal.folder, command))
  const acceptHazards = options.acceptHazards || rollbackOf !== null
  const remarks = await preflight(cluster, { state, target, plans: plansOf(state, options), acceptHazards })
  journal.write({ event: 'preflight', target, remarks, expectedOverhead: expectedOverhead(state, target) })
  say(`Kata ${state.version ?? 'unknown'} -> ${target ?? 'unknown'} on ${state.nodes.length} nodes`)
  for (const { weight, subject, what } of remarks) say(`  ${marks[weight]} ${subject}: ${what}`)
  const stops = remarks.filter(({ weight }) => weight === 'stops')
  if (stops.length > 0) say(`not begun: ${stops.map(({ subject, what }) => `${subject}: ${what}`).join('; ')}`)
  return stops.length === 0 && !options.preflight
}

const marks: Readonly<Record<Remark['weight'], string>> = { stops: 'STOP', disrupts: '!!', act: '! ', know: '  ' }

/** A witness of each class on each node where it can run; the TCP stream is of the first class of each node. */
function plansOf({ nodes, classes }: ClusterState, { runtimeClass }: UpgradeOptions): WitnessPlan[] {
  const wanted = classes.filter(({ name }) =>
    runtimeClass.length === 0 ? name !== 'kata' : runtimeClass.includes(name),
  )
  return nodes.flatMap(({ node, handlers, unknown }) =>
    wanted
      .filter(({ handler }) => unknown !== null || handlers.includes(handler))
      .map(({ name }, index) => ({ node, runtimeClass: name, stream: index === 0, block: index === 0 })),
  )
}

async function witness({ journal, cluster, options, signal }: Performance, ground: Ground): Promise<void> {
  const { record } = journal
  if (record.witnessesMade || record.stateBefore === null) return
  await ground.removeWitnesses()
  const plans = plansOf(record.stateBefore, options)
  const blockClass = options.storageClassBlock ?? null
  if (blockClass === null)
    journal.write({
      event: 'left-out',
      kind: 'block volume',
      why: 'no StorageClass of mode Block was named: --storage-class-block',
    })
  await makeWitnesses(cluster, plans, {
    namespace: ground.namespace,
    runId: record.started.runId,
    images: ground.images,
    signal,
    blockClass,
    created: ground.created,
    witness: (made) => journal.write({ event: 'witness', witness: made }),
    leftOut: (kind, why) => journal.write({ event: 'left-out', kind, why }),
  })
  journal.write({ event: 'witnesses.made' })
  say(`${journal.record.witnesses.length} witnesses in sandboxes of the old release`)
}

/** The command, the rollout, and what the witnesses say. */
async function change(of: Performance, ground: Ground): Promise<void> {
  const { journal, cluster, options, signal } = of
  const { started, stateBefore, witnesses, commandStartedAt, rollout, testimonies, judged } = journal.record
  const nodes = stateBefore?.nodes.map(({ node }) => node) ?? []
  const over =
    judged && (rollout ?? []).every(({ done }) => done) && testimonies.every(({ verdict }) => verdict !== 'unknown')
  if (over) return
  if (commandStartedAt !== null && rollout === null)
    journal.write({
      event: 'left-out',
      kind: 'long exec session',
      why: 'the sessions ended with the process that was killed',
    })
  const watch = watchRollout(cluster, nodes, signal)
  const sessions =
    commandStartedAt === null
      ? witnesses.filter(({ kinds }) => kinds.includes('exec')).map((each) => openExec(cluster, each))
      : []
  try {
    if (commandStartedAt === null) await execute(of)
    const timeoutMs = options.rolloutTimeout * 1000
    if (started.canaryNode !== null && !(await canaryFirst(of, ground, started.canaryNode, timeoutMs))) return
    say('watching the rollout')
    await finish(of, ground, watch, sessions, timeoutMs)
  } finally {
    watch.stop()
    for (const session of sessions) session.abandon()
  }
}

async function execute({ journal, cluster, options }: Performance): Promise<void> {
  const { command, canaryNode } = journal.record.started
  if (canaryNode !== null) await holdOtherNodes(cluster, journal)
  const kubeconfig = commandKubeconfig(options)
  say(`now, on context ${cluster.context} (${cluster.server}): ${command.join(' ')}`)
  const inFull = keptCommand(journal.folder, command)
  journal.write({ event: 'command.started' })
  forgetCommand(journal.folder)
  try {
    const end = await runCommand(inFull, {
      folder: journal.folder,
      env: { KUBECONFIG: kubeconfig.file, HELM_KUBECONTEXT: cluster.context },
      show: (text) => void process.stderr.write(text),
    })
    journal.write({ event: 'command.ended', ...end })
  } finally {
    kubeconfig.remove()
  }
}

async function finish(
  { journal, cluster }: Performance,
  ground: Ground,
  watch: RolloutWatch,
  sessions: readonly LongExec[],
  timeoutMs: number,
): Promise<void> {
  journal.write({ event: 'rollout', nodes: await watch.finish(ground.probeOn, timeoutMs) })
  const { witnesses, started } = journal.record
  const said = await askWitnesses(cluster, witnesses, started.stallSeconds)
  const execs = await Promise.all(sessions.map((session) => session.finish()))
  for (const testimony of [...said, ...execs]) journal.write({ event: 'testimony', testimony })
  journal.write({ event: 'witnesses.judged' })
  if (!said.some(({ verdict }) => verdict === 'unknown')) await ground.removeWitnesses()
}

async function runAfter({ journal, options, signal }: Performance): Promise<void> {
  const { after, rollout, started } = journal.record
  if (after !== null || rollout === null || rollout.some(({ done }) => !done)) return
  say('the checks again, after the upgrade')
  journal.write({ event: 'after', run: await childRun(journal.folder, started.runArguments, options, signal) })
}
