import { remedyOf } from '../../helpers/oracles/remedies.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { unstartedPod } from '../../helpers/pods/podStartError.ts'
import type { ArmResult, Evidence, Measurement } from '../../reports/record/arm.ts'
import { gatherFigures } from '../../reports/record/figure.ts'
import type { Arm } from '../plan/arm.ts'
import type { ArmServices } from './armServices.ts'
import { contextOf, type Course, type Reading } from './checkContext.ts'
import type { Disturbance, Ground } from './ground.ts'
import { isTransient } from './isTransient.ts'
import { type AssertionLog, createAssertionLog } from './recordingExpect.ts'
import { startTimeline, type Timeline } from './timeline.ts'
import { type Judgement, verdictOf } from './verdictOf.ts'

export const DEFAULT_CHECK_TIMEOUT_MS = 60_000

/** The entry of an arm's timeline at which its pods are there. */
export const CHECK_STARTED = 'check started'

class ArmTimeout extends Error {
  constructor(id: string, ms: number, last: string) {
    super(`${id} did not end within ${ms} ms; last: ${last}`)
    this.name = 'ArmTimeout'
  }
}

export interface Try {
  readonly result: ArmResult
  /** Why its verdict is broken, when that came from a disturbance which may be over. */
  readonly disturbance: Disturbance | null
}

/** Runs one arm to its own verdict: passed, failed, broken or skipped. Never throws. */
export async function tryArm(arm: Arm, services: ArmServices): Promise<Try> {
  const timeline = startTimeline()
  const log = createAssertionLog()
  const measurements: Measurement[] = []
  const findings: string[] = []
  const readings: Reading[] = []
  const pods: PodHandle[] = []
  const extras = services.extras(arm)
  const ground = services.ground()
  let thrown: unknown = null
  const own = await services.lost.within(arm.planned.id, async () => {
    try {
      timeline.mark('pods requested')
      const named = await startPods(services.acquire(arm), pods, timeline)
      const objects = await services.objects(arm)
      await check(arm, services, { named, objects, log, measurements, readings, findings, extras, timeline, pods })
      return verdictOfAssertions(log, services.lost.take(arm.planned.id))
    } catch (error) {
      services.lost.take(arm.planned.id)
      thrown = error
      return services.signal.aborted ? stopped(services.signal) : unlessUnread(arm, verdictOf(error))
    }
  })
  log.closed = true
  const disturbance = services.signal.aborted ? null : await disturbanceOf(arm, ground, pods, own, thrown)
  const judgement = disturbance === null ? own : withdrawn(own, disturbance)
  timeline.mark(judgement.verdict)
  const wanted = judgement.verdict === 'failed' || judgement.verdict === 'broken'
  const known = wanted ? remedyOf(judgement.message) : null
  if (known) findings.push(`${known.cause}: ${known.remedy}`)
  const unstarted = unstartedPod(thrown)
  const evidence =
    wanted && !services.signal.aborted
      ? await services
          .collectEvidence(arm, unstarted ? [...pods, unstarted] : pods, judgement.message)
          .catch((error: unknown) => {
            findings.push(`no evidence could be kept: ${(error as Error).message}`)
            return []
          })
      : []
  const { podsGone } = await extras.end()
  services.release(arm, podsGone)
  const result = resultOf(timeline, log, judgement, measurements, findings, evidence)
  const figures = readings.length === 0 ? {} : { figures: gatherFigures(readings) }
  return { result: { ...result, ...figures }, disturbance }
}

/** What was done to the arm from outside; null when its own verdict stands. */
async function disturbanceOf(
  arm: Arm,
  ground: Ground,
  pods: readonly PodHandle[],
  { verdict, message }: Judgement,
  thrown: unknown,
): Promise<Disturbance | null> {
  if (verdict === 'skipped') return null
  const late = verdict === 'failed' || ['ArmTimeout', 'WaitError'].includes((thrown as Error | null)?.name ?? '')
  const found = await ground.disturbance({ pods, node: arm.planned.node, late })
  if (found) return found
  return verdict === 'broken' && isTransient(thrown) ? { why: message, lost: [], over: true } : null
}

/** What was observed on ground that gave way is no observation. */
function withdrawn({ verdict, message }: Judgement, { why }: Disturbance): Judgement {
  if (verdict === 'broken') return { verdict, message: message.includes(why) ? message : `${message}\n${why}` }
  const said = message === '' ? verdict : `${verdict}: ${message}`
  return { verdict: 'broken', message: `${why}\nWhat the check said meanwhile is no verdict: ${said}` }
}

/** A fact that could not be read is not one that nobody may know: the need is not unmet, it is open. */
function unlessUnread(arm: Arm, judgement: Judgement): Judgement {
  const unread = arm.classFacts?.unread ?? arm.nodeFacts?.unread ?? null
  if (judgement.verdict !== 'skipped' || unread === null) return judgement
  return { verdict: 'broken', message: `${judgement.message}; facts could not be read: ${unread}` }
}

async function startPods(
  promised: Readonly<Record<string, Promise<PodHandle>>>,
  started: PodHandle[],
  timeline: Timeline,
): Promise<Record<string, PodHandle>> {
  const entries = Object.entries(promised).map(async ([name, promise]) => {
    const pod = await promise
    started.push(pod)
    timeline.mark(`pod ${name} ${pod.outcome}`)
    return [name, pod] as const
  })
  const outcomes = await Promise.allSettled(entries)
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
  return Object.fromEntries(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
}

/** Runs the check against its deadline. Throws what it throws, or ArmTimeout. */
async function check(arm: Arm, services: ArmServices, course: Course): Promise<void> {
  const timeoutMs = arm.definition.timeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS
  const deadline = new AbortController()
  const signal = AbortSignal.any([services.signal, deadline.signal])
  course.timeline.mark(CHECK_STARTED)
  const work = arm.definition.check(contextOf(arm, services, course, signal))
  const { promise: ended, reject } = promiseToReject()
  const timer = setTimeout(() => reject(new ArmTimeout(arm.planned.id, timeoutMs, lastOf(course))), timeoutMs)
  const onStop = () => reject(services.signal.reason as Error)
  services.signal.addEventListener('abort', onStop, { once: true })
  try {
    await Promise.race([work, ended])
    // A rejection of a promise that the check forgot shows after the current turn.
    await new Promise(setImmediate)
  } finally {
    clearTimeout(timer)
    services.signal.removeEventListener('abort', onStop)
    deadline.abort(new Error('the arm has ended'))
    work.catch(() => undefined)
  }
}

function promiseToReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_resolve, rejected) => (reject = rejected))
  promise.catch(() => undefined)
  return { promise, reject }
}

const lastOf = ({ timeline, log }: Course): string =>
  log.assertions.at(-1)?.text ?? timeline.entries.at(-1)?.what ?? 'nothing was observed'

function verdictOfAssertions(log: AssertionLog, lost: readonly unknown[]): Judgement {
  const first = lost[0]
  if (first !== undefined) {
    const { verdict, message } = verdictOf(first)
    return {
      verdict: verdict === 'failed' ? 'failed' : 'broken',
      message: `a promise of the check was left alone and rejected: ${message}`,
    }
  }
  const failed = log.assertions.find(({ ok }) => !ok)
  if (failed) return { verdict: 'failed', message: `an assertion failed and its error was swallowed: ${failed.text}` }
  if (log.assertions.length === 0)
    return { verdict: 'failed', message: 'vacuous: the check ended without a single assertion' }
  return { verdict: 'passed', message: '' }
}

export const stopped = (signal: AbortSignal): Judgement => ({
  verdict: 'broken',
  message: `the run was stopped: ${(signal.reason as Error).message}`,
})

export function resultOf(
  timeline: Timeline,
  log: AssertionLog,
  { verdict, message }: Judgement,
  measurements: Measurement[],
  findings: string[],
  evidence: readonly Evidence[],
): ArmResult {
  const decided = verdict === 'passed' || verdict === 'failed'
  const decisive = decided ? (log.assertions.find(({ ok }) => !ok) ?? log.assertions.at(-1)) : undefined
  return {
    verdict,
    startedAt: timeline.startedAt.toISOString(),
    durationMs: timeline.elapsedMs(),
    expected: decisive?.expected ?? null,
    observed: decisive?.observed ?? null,
    message,
    assertions: log.assertions,
    measurements,
    figures: [],
    findings,
    timeline: timeline.entries,
    evidence: [...evidence],
  }
}
