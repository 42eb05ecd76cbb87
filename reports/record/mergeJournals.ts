import type { PlannedArm } from './arm.ts'
import { armsOf, exitCodes, foldJournal } from './foldJournal.ts'
import type { FactRecord, JournalEvent } from './journal.ts'
import { isExcusable, settledBy } from './settleByControl.ts'
import { planHash } from './shard.ts'

/** Shards that are not the parts of one run: `which: what; what would be right`. */
export class MergeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MergeError'
  }
}

export interface ShardJournal {
  /** Where it was read from, for errors. */
  readonly name: string
  readonly events: readonly JournalEvent[]
}

type Of<Name extends JournalEvent['event']> = Extract<JournalEvent, { event: Name }>

interface Part extends ShardJournal {
  readonly started: Of<'run.started'>
  readonly shard: Of<'shard'>
  readonly arms: readonly PlannedArm[]
  readonly finished: Of<'run.finished'> | undefined
}

/**
 * One journal of a whole run from those of its shards. Throws MergeError for a gap, for anything that is there twice, and for shards of
 * different runs, plans, clusters or suites.
 */
export function mergeJournals(journals: readonly ShardJournal[]): JournalEvent[] {
  const parts = journals.map(partOf).sort((a, b) => a.shard.index - b.shard.index)
  const [first] = parts
  if (!first) throw new MergeError('no shard was given; give the folders of all shards of a run')
  for (const part of parts) checkSameRun(first, part)
  checkNumbers(parts, first.shard.count)
  const arms = wholePlan(parts, first.shard.planned)
  if (planHash(arms) !== first.shard.planHash)
    throw new MergeError(
      `${first.name}: the arms of its shards are not those that were planned; the journals are damaged`,
    )
  const course = parts.flatMap((part) => courseOf(part)).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const started = parts.map((part) => part.started).reduce((a, b) => (b.at < a.at ? b : a))
  const { at } = started
  const claims = first.events.filter((each) => each.event === 'claims')
  const merged: JournalEvent[] = [
    started,
    { event: 'note', at, text: `merged from ${parts.length} shards` },
    { event: 'facts', at, facts: factsOf(parts) },
    ...claims.map((each) => ({ ...each, at })),
    { event: 'plan', at, arms },
    ...course,
    ...settledAcross(arms, parts, course),
  ]
  return [...merged, ...endOf(merged, parts)]
}

function partOf({ name, events }: ShardJournal): Part {
  const started = events.find((each) => each.event === 'run.started')
  if (!started) throw new MergeError(`${name}: has no run.started event; give the folder of a shard`)
  const shard = events.find((each) => each.event === 'shard')
  if (!shard) {
    const merged = events.some((each) => each.event === 'plan')
    throw new MergeError(
      merged
        ? `${name}: is a whole run; only shards are merged`
        : `${name}: the shard ended before it had a plan; run it again`,
    )
  }
  const plan = events.find((each) => each.event === 'plan')
  if (!plan) throw new MergeError(`${name}: shard ${shard.index} of ${shard.count} ended before it began; run it again`)
  return {
    name,
    events,
    started,
    shard,
    arms: plan.arms,
    finished: events.findLast((each) => each.event === 'run.finished'),
  }
}

/** Throws for the first thing in which two shards differ and which makes their verdicts no answer to one question. */
function checkSameRun(first: Part, part: Part): void {
  const same: readonly [string, (of: Part) => string | number | boolean][] = [
    ['run id', ({ started }) => started.runId],
    ['number of shards', ({ shard }) => shard.count],
    ['suite version', ({ started }) => started.suiteVersion],
    ['API server', ({ started }) => started.cluster.server],
    ['version of Kubernetes', ({ started }) => started.cluster.kubernetesVersion],
    ['word on whether the cluster is simulated', ({ started }) => started.simulated],
    ['plan', ({ shard }) => shard.planHash],
  ]
  for (const [what, of] of same) {
    if (of(first) === of(part)) continue
    throw new MergeError(
      `${part.name}: its ${what} is ${of(part)}, that of ${first.name} is ${of(first)}; only shards of one run are merged`,
    )
  }
}

function checkNumbers(parts: readonly Part[], count: number): void {
  const seen = new Map<number, Part>()
  for (const part of parts) {
    const { index } = part.shard
    const other = seen.get(index)
    if (other)
      throw new MergeError(`${part.name}: is shard ${index} of ${count}, and so is ${other.name}; give each shard once`)
    seen.set(index, part)
  }
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !seen.has(index))
  if (missing.length > 0)
    throw new MergeError(
      `shard ${missing.join(', ')} of ${count} ${missing.length === 1 ? 'is' : 'are'} missing; give the folders of all ${count}`,
    )
}

/** All arms in the order of the plan. */
function wholePlan(parts: readonly Part[], planned: readonly string[]): PlannedArm[] {
  const byId = new Map<string, { arm: PlannedArm; part: Part }>()
  for (const part of parts) {
    for (const arm of part.arms) {
      const other = byId.get(arm.id)
      if (other)
        throw new MergeError(
          `${part.name}: has the arm ${arm.id}, and so has ${other.part.name}; each arm belongs to one shard`,
        )
      byId.set(arm.id, { arm, part })
    }
  }
  return planned.map((id) => {
    const found = byId.get(id)
    if (!found) throw new MergeError(`the arm ${id} was planned and is in no shard; the journals are damaged`)
    return found.arm
  })
}

/** What a shard observed; notes say which shard made them. */
function courseOf({ events, shard }: Part): JournalEvent[] {
  return events.flatMap((each): JournalEvent[] => {
    if (['run.started', 'run.finished', 'facts', 'claims', 'plan', 'shard'].includes(each.event)) return []
    return each.event === 'note' ? [{ ...each, text: `shard ${shard.index}: ${each.text}` }] : [each]
  })
}

/** Each fact once: the first shard's word. They saw the same cluster, at different moments. */
function factsOf(parts: readonly Part[]): FactRecord[] {
  const facts = new Map<string, FactRecord>()
  for (const { events } of parts) {
    for (const fact of events.flatMap((each) => (each.event === 'facts' ? each.facts : []))) {
      const key = `${fact.subject} ${fact.name}`
      if (!facts.has(key)) facts.set(key, fact)
    }
  }
  return [...facts.values()]
}

/** A claim's control arm may be another shard's, which may have been killed: only here is it seen together with the arms that it controls. */
function settledAcross(
  arms: readonly PlannedArm[],
  parts: readonly Part[],
  course: readonly JournalEvent[],
): JournalEvent[] {
  const results = new Map<string, Of<'arm.finished'>>()
  for (const each of course) if (each.event === 'arm.finished') results.set(each.arm, each)
  const shardOf = new Map(parts.flatMap((part) => part.arms.map(({ id }) => [id, part.shard.index] as const)))
  const interrupted = course.some(({ event }) => event === 'run.interrupted')
  const planned: JournalEvent = { event: 'plan', at: parts[0]?.started.at ?? '', arms: [...arms] }
  const records = new Map(armsOf([planned, ...course], interrupted).map((arm) => [arm.id, arm]))
  const claimOf = (arm: PlannedArm): string => `${arm.behaviour} ${arm.case ?? ''}`
  const controls = new Map(arms.filter(({ role }) => role === 'control').map((arm) => [claimOf(arm), arm]))
  return arms.flatMap((arm): JournalEvent[] => {
    const own = results.get(arm.id)?.result
    if (arm.role !== 'check' || (own?.verdict !== 'failed' && own?.verdict !== 'known')) return []
    const control = controls.get(claimOf(arm))
    if (!control || !isExcusable(own)) return []
    const other = records.get(control.id)
    if (!other || shardOf.get(control.id) === shardOf.get(arm.id)) return []
    const result = settledBy(own, other, control.node)
    if (result === own) return []
    const at = [results.get(arm.id)?.at ?? '', results.get(control.id)?.at ?? ''].sort()[1] ?? ''
    return [{ event: 'arm.finished', at, arm: arm.id, result }]
  })
}

/** The end of a run all of whose shards have ended; none where one was killed, so that the run stays incomplete. */
function endOf(merged: readonly JournalEvent[], parts: readonly Part[]): JournalEvent[] {
  const ends = parts.flatMap(({ finished }) => (finished ? [finished] : []))
  if (ends.length < parts.length) return []
  const sum = (of: (end: Of<'run.finished'>) => number): number => ends.reduce((total, end) => total + of(end), 0)
  const end: Of<'run.finished'> = {
    event: 'run.finished',
    at:
      ends
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? '',
    exitCode: 0,
    // Shards run side by side.
    wallMs: Math.max(...ends.map(({ wallMs }) => wallMs)),
    lowerBoundMs: Math.max(...ends.map(({ lowerBoundMs }) => lowerBoundMs)),
    apiRequests: sum(({ apiRequests }) => apiRequests),
    watches: sum(({ watches }) => watches),
    leaked: ends.flatMap(({ leaked }) => leaked),
  }
  return [{ ...end, exitCode: exitCodes[foldJournal([...merged, end]).outcome] }]
}
