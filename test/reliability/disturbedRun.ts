import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { foldJournal } from '../../reports/record/foldJournal.ts'
import { readJournal } from '../../reports/record/readJournal.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { command, type Ended, recordOf } from '../harness/commandLine.ts'
import { strike, type Struck } from './actors.ts'
import { leftIn, type Target } from './clusters/target.ts'
import type { FaultPlan } from './faultPlan.ts'
import type { Group } from './groups.ts'
import { type Wrong, wrongVerdicts } from './judge.ts'
import { startFaultProxy } from './proxy/faultProxy.ts'
import { randomOf } from './random.ts'
import { createSmallDisk } from './smallDisk.ts'
import type { RunningSuite, Suite } from './suite.ts'

/** What a group of checks says of a cluster when nothing is disturbed. */
export interface Undisturbed {
  readonly record: RunRecord
  readonly requests: number
  readonly ms: number
}

export interface Outcome {
  readonly plan: FaultPlan
  /** What was done to it; null when the run had ended before its moment came, or nothing was there to strike. */
  readonly struck: Struck
  /** Requests that the proxy disturbed. */
  readonly hits: number
  readonly ms: number
  readonly exitCode: number | null
  readonly record: RunRecord | null
  readonly wrong: readonly Wrong[]
  /** Objects that are there after the run, and after `clean` where the run was killed or said itself that something is left. */
  readonly left: readonly string[]
  /** Past its deadline: it had to be ended. */
  readonly hang: boolean
  /** A result that is half written, an exit code or a message that is not what it should be. */
  readonly problems: readonly string[]
  readonly stderr: string
}

/** Generous, since others use the machine: what hangs is still there after ten times as long. */
const PATIENCE_MS = 180_000

/**
 * The run with nothing to disturb it, by way of the proxy, which counts its requests. Throws when it does not come to its end, or when something
 * broke in it all the same: then there is nothing to compare with.
 */
export async function undisturbedRun(suite: Suite, target: Target, group: Group): Promise<Undisturbed> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-undisturbed-'))
  const proxy = await startFaultProxy(target.upstream(), randomOf(0))
  const began = performance.now()
  try {
    const ended = await start(suite, target, group, proxy.kubeconfig, folder, 2 * PATIENCE_MS).ended
    const ms = performance.now() - began
    const run = runOf(folder)
    if (run === null || !existsSync(path.join(run, 'run.json')))
      throw new Error(`the undisturbed run of ${group.name} on ${target.name} left no record: ${ended.stderr}`)
    const record = recordOf(run)
    const broken = record.arms.filter(({ verdict }) => verdict === 'broken')
    if (broken.length > 0)
      throw new Error(
        `the undisturbed run of ${group.name} on ${target.name}: ${broken.map(({ id, message }) => `${id}: ${message}`).join('; ')}`,
      )
    return { record, requests: proxy.requests, ms }
  } finally {
    await proxy.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The run that the plan describes, and what became of it. */
export async function disturbedRun(
  suite: Suite,
  plan: FaultPlan,
  target: Target,
  undisturbed: Undisturbed,
): Promise<Outcome> {
  const disk = plan.strike.on === 'disk' ? createSmallDisk() : null
  const folder = disk?.folder ?? mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-disturbed-'))
  const secrets = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-kubeconfig-'))
  const proxy = await startFaultProxy(target.upstream(), randomOf(plan.seed))
  const began = performance.now()
  const deadlineMs = deadlineOf(plan, target, undisturbed)
  try {
    const running = start(suite, target, plan.group, proxy.kubeconfig, folder, deadlineMs, secrets)
    const moment = Math.max(1, Math.floor(plan.at * undisturbed.requests))
    const struck = new Promise<Struck>((resolve, reject) => {
      proxy.onRequest((count) => {
        if (count === moment) strike(plan, { target, proxy, suite: running, disk }).then(resolve, reject)
      })
      void running.ended.then(() => proxy.requests < moment && resolve(null))
    })
    const ended = await running.ended
    const ms = performance.now() - began
    const what = await struck
    disk?.free()
    const run = runOf(folder)
    const { record, problems } = read(run, ended, plan)
    const { left, said } = await leftAfter(target, plan, record, ended)
    return {
      plan,
      struck: what,
      hits: proxy.hits,
      ms,
      exitCode: ended.code,
      record,
      wrong: record ? wrongVerdicts(undisturbed.record, record) : [],
      left: said,
      hang: ms >= deadlineMs,
      problems: [...problems, ...left],
      stderr: ended.stderr,
    }
  } finally {
    await proxy.close()
    if (disk) disk.remove()
    else rmSync(folder, { recursive: true, force: true })
    rmSync(secrets, { recursive: true, force: true })
  }
}

/** How long the run may take: what it takes undisturbed, what the fault takes, and patience. */
function deadlineOf({ strike }: FaultPlan, { nodeTime, nodePatienceMs }: Target, { ms }: Undisturbed): number {
  const lasts = 'durationMs' in strike ? (strike.durationMs ?? 0) : 0
  const away = strike.on === 'node' ? lasts * (nodeTime - 1) + nodePatienceMs : 0
  return 5 * ms + lasts + away + PATIENCE_MS
}

function start(
  suite: Suite,
  target: Target,
  group: Group,
  kubeconfig: string,
  out: string,
  deadlineMs: number,
  secrets = out,
): RunningSuite {
  const file = path.join(secrets, 'kubeconfig')
  writeFileSync(file, kubeconfig, { mode: 0o600 })
  const settings = { behaviour: [...group.behaviours], runtimeClass: [...group.classes], ...target.settings }
  return suite.run({ kubeconfig: file, out, ...settings }, deadlineMs)
}

function runOf(folder: string): string | null {
  const name = readdirSync(folder).find((each) => /^\d{8}-/.test(each))
  return name === undefined ? null : path.join(folder, name)
}

/** The run's own record, or what its journal gives where it was not written. */
function read(run: string | null, ended: Ended, plan: FaultPlan): { record: RunRecord | null; problems: string[] } {
  const problems: string[] = []
  const killed = plan.strike.on === 'suite' && ended.signal === 'SIGKILL'
  if (!killed && ended.code === null) problems.push(`ended by ${ended.signal}`)
  if (/^ {4}at .*:\d+:\d+\)?$/m.test(ended.stderr)) problems.push('a stack trace on standard error')
  if (run === null) {
    if (!killed && ended.code !== 3) problems.push(`exit code ${ended.code} without any result`)
    return { record: null, problems }
  }
  const files = readdirSync(run)
  if (!killed && files.some((name) => name.endsWith('.part'))) problems.push('a report is half written')
  try {
    if (files.includes('run.json')) {
      const record = recordOf(run)
      if (!killed && plan.strike.on !== 'disk' && ended.code !== record.exitCode)
        problems.push(`exit code ${ended.code}, and the record says ${record.exitCode}`)
      return { record, problems }
    }
    if (!files.includes('events.ndjson')) return { record: null, problems: [...problems, 'no journal'] }
    if (!killed && ended.code !== 3) problems.push(`exit code ${ended.code} without a record`)
    return { record: foldJournal(readJournal(path.join(run, 'events.ndjson'))), problems }
  } catch (error) {
    return { record: null, problems: [...problems, (error as Error).message] }
  }
}

/** What is left, after `clean` where that is the operator's next step. To leave something and not to say so is a problem of its own. */
async function leftAfter(
  target: Target,
  plan: FaultPlan,
  record: RunRecord | null,
  ended: Ended,
): Promise<{ left: string[]; said: string[] }> {
  const killed = ended.signal === 'SIGKILL'
  const before = await leftIn(target.cluster)
  if (before.length === 0) return { left: [], said: [] }
  const told = killed || (record?.leaked.length ?? 0) > 0 || ended.stderr.includes('kata-conformance clean')
  const all = plan.strike.on === 'suite' && plan.strike.cleanAll
  const which = all || !record ? ['--all'] : ['--run', record.runId]
  const cleaned = await command(['clean', '--kubeconfig', target.kubeconfig, ...which], {}, 200_000)
  const left = told ? [] : [`left without a word: ${before.join(', ')}`]
  if (cleaned.code !== 0) left.push(`clean: exit code ${cleaned.code}: ${cleaned.stderr}${cleaned.stdout}`)
  return { left, said: await leftIn(target.cluster) }
}
