import type { ArmRecord, ArmResult, PlannedArm } from './arm.ts'
import { gatherFigures } from './figure.ts'
import type { JournalEvent, ObjectRecord } from './journal.ts'
import { type Outcome, RUN_RECORD_SCHEMA_VERSION, type RunRecord } from './runRecord.ts'
import { settleCanary } from './settleCanary.ts'
import type { ShardRecord } from './shard.ts'
import { type Verdict, verdicts } from './verdict.ts'

/** The journal has no run in it: `events.ndjson: what; what would be right`. */
export class JournalError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'JournalError'
  }
}

type Started = Extract<JournalEvent, { event: 'run.started' }>
type Finished = Extract<JournalEvent, { event: 'run.finished' }>

/**
 * The run record as a function of the journal alone. A journal that ends early gives an incomplete run, whose planned arms without a
 * verdict are broken. Throws JournalError when it does not begin with run.started.
 */
export function foldJournal(events: readonly JournalEvent[]): RunRecord {
  const started = events.find((each): each is Started => each.event === 'run.started')
  if (!started) throw new JournalError('events.ndjson has no run.started event; it must be the first line')
  const finished = events.findLast((each): each is Finished => each.event === 'run.finished') ?? null
  const interrupted = events.some(({ event }) => event === 'run.interrupted')
  const arms = armsOf(events, interrupted)
  const last = events.at(-1)?.at ?? started.at
  const leaked = finished ? finished.leaked : openObjects(events)
  const outcome = outcomeOf(arms, {
    finished: finished !== null,
    interrupted,
    leaked: leaked.length > 0,
    part: shardOf(events) !== null,
  })
  return {
    schemaVersion: RUN_RECORD_SCHEMA_VERSION,
    runId: started.runId,
    shard: shardOf(events),
    startedAt: started.at,
    finishedAt: finished?.at ?? null,
    durationMs: Date.parse(last) - Date.parse(started.at),
    simulated: started.simulated,
    suiteVersion: started.suiteVersion,
    nodeVersion: started.nodeVersion,
    command: started.command,
    cluster: started.cluster,
    facts: events.flatMap((each) => (each.event === 'facts' ? each.facts : [])),
    claims: events.flatMap((each) => (each.event === 'claims' ? each.claims : [])),
    arms,
    summary: summaryOf(arms, events),
    outcome,
    exitCode: exitCodes[outcome],
    notes: events.flatMap((each) => (each.event === 'note' ? [each.text] : [])),
    retries: events.flatMap((each) =>
      each.event === 'api.retried'
        ? [{ at: each.at, request: each.request, attempt: each.attempt, because: each.because }]
        : [],
    ),
    schedule: finished && {
      wallMs: finished.wallMs,
      lowerBoundMs: finished.lowerBoundMs,
      apiRequests: finished.apiRequests,
      watches: finished.watches,
    },
    leaked,
  }
}

function shardOf(events: readonly JournalEvent[]): ShardRecord | null {
  const shard = events.find((each) => each.event === 'shard')
  return shard ? { index: shard.index, count: shard.count, planHash: shard.planHash } : null
}

export const exitCodes: Readonly<Record<Outcome, number>> = {
  conformant: 0,
  'not-conformant': 1,
  incomplete: 3,
  invalid: 4,
  interrupted: 130,
}

/** The planned arms with their results; those that left none are broken. */
export function armsOf(events: readonly JournalEvent[], interrupted: boolean): ArmRecord[] {
  const planned: PlannedArm[] = events.flatMap((each) => (each.event === 'plan' ? each.arms : []))
  const canaries = new Set(planned.filter(({ role }) => role === 'canary').map(({ id }) => id))
  const results = new Map<string, ArmResult>()
  const begun = new Map<string, string>()
  for (const each of events) {
    // Older suites wrote a canary that asserted nothing as failed.
    if (each.event === 'arm.finished')
      results.set(each.arm, canaries.has(each.arm) ? settleCanary(each.result) : each.result)
    if (each.event === 'arm.started') begun.set(each.arm, each.at)
  }
  return planned.map((arm) => ({
    ...arm,
    ...(results.get(arm.id) ?? {
      ...unreported(begun.get(arm.id), events, interrupted),
      ...measuredSoFar(arm.id, events),
    }),
  }))
}

/** Samples of an arm that left no verdict. */
function measuredSoFar(arm: string, events: readonly JournalEvent[]): Partial<ArmResult> {
  const readings = events.flatMap((each) => (each.event === 'sample' && each.arm === arm ? [each] : []))
  return readings.length === 0 ? {} : { figures: gatherFigures(readings) }
}

function unreported(begun: string | undefined, events: readonly JournalEvent[], interrupted: boolean): ArmResult {
  const why = interrupted ? 'the run was interrupted' : 'the run ended'
  return {
    verdict: 'broken',
    startedAt: begun ?? events[0]?.at ?? '',
    durationMs: 0,
    expected: null,
    observed: null,
    message: `no verdict: ${why} ${begun === undefined ? 'before this arm began' : 'while this arm ran'}`,
    assertions: [],
    measurements: [],
    figures: [],
    findings: [],
    timeline: [],
    evidence: [],
  }
}

const counts = (arms: readonly ArmRecord[]): Record<Verdict, number> =>
  Object.fromEntries(
    verdicts.map((verdict) => [verdict, arms.filter((arm) => arm.verdict === verdict).length]),
  ) as Record<Verdict, number>

function summaryOf(arms: readonly ArmRecord[], events: readonly JournalEvent[]): RunRecord['summary'] {
  const checks = arms.filter(({ role }) => role === 'check')
  const canaries = arms.filter(({ role }) => role === 'canary')
  return {
    planned: checks.length,
    verdicts: counts(checks),
    controls: counts(arms.filter(({ role }) => role === 'control')),
    canaries: {
      planned: canaries.length,
      failedAsTheyMust: canaries.filter(({ verdict }) => verdict === 'failed').length,
      passed: canaries.filter(({ verdict }) => verdict === 'passed').length,
      undecided: canaries.filter(({ verdict }) => verdict !== 'failed' && verdict !== 'passed').length,
    },
    claimsWithoutCheck: events
      .flatMap((each) => (each.event === 'claims' ? each.claims : []))
      .filter(({ executable }) => !executable).length,
  }
}

/**
 * In order of what must not be overlooked: a canary that passed makes everything else worthless; an interruption; a gate claim that
 * failed is known whatever else broke; then everything that keeps the answer open.
 */
function outcomeOf(
  arms: readonly ArmRecord[],
  { finished, interrupted, leaked, part }: { finished: boolean; interrupted: boolean; leaked: boolean; part: boolean },
): Outcome {
  const gated = arms.filter(({ gate, role }) => gate && role === 'check')
  if (arms.some(({ role, verdict }) => role === 'canary' && verdict === 'passed')) return 'invalid'
  if (interrupted) return 'interrupted'
  if (gated.some(({ verdict }) => verdict === 'failed')) return 'not-conformant'
  const open = arms.some((arm) => arm.verdict === 'broken' || (arm.gate && arm.verdict === 'environment'))
  const canaryOpen = arms.some(({ role, verdict }) => role === 'canary' && verdict !== 'failed')
  // A shard may have nothing but skipped arms; whether anything was seen is asked of the whole.
  const nothingSeen = !part && !arms.some(({ role, verdict }) => role === 'check' && verdict === 'passed')
  return !finished || open || canaryOpen || nothingSeen || leaked ? 'incomplete' : 'conformant'
}

function openObjects(events: readonly JournalEvent[]): ObjectRecord[] {
  const open = new Map<string, ObjectRecord>()
  for (const each of events) {
    if (each.event === 'object.created') open.set(each.object.uid, each.object)
    if (each.event === 'object.deleted') open.delete(each.object.uid)
  }
  return [...open.values()]
}
