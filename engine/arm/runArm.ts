import type { CheckContext, ReadApi } from '../../helpers/behaviour.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import type { NodeChanges } from '../../helpers/node/nodeChanges.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import type { ObjectHandle } from '../../helpers/objects/objectHandle.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { type PodSpec, podSpecOf } from '../../helpers/pods/podSpec.ts'
import type { ArmResult, Evidence, Measurement } from '../../reports/record/arm.ts'
import type { Arm } from '../plan/arm.ts'
import { type AssertionLog, createAssertionLog, recordingExpect } from './recordingExpect.ts'
import type { LostRejections } from './lostRejections.ts'
import { startTimeline, type Timeline } from './timeline.ts'
import { type Judgement, verdictOf } from './verdictOf.ts'

/** What running arms takes from the run. */
export interface ArmServices {
  readonly facts: ClusterFacts
  readonly api: ReadApi
  readonly lost: LostRejections
  readonly signal: AbortSignal
  /** Objects beside the arm's pods: made once, before the first pod. */
  objects(arm: Arm): Promise<Readonly<Record<string, ObjectHandle>>>
  acquire(arm: Arm): Readonly<Record<string, Promise<PodHandle>>>
  release(arm: Arm): void
  probe(node: string): NodeProbe
  /** Objects that a check makes in its course; `end` removes them. */
  extras(arm: Arm): {
    createPod(spec: PodSpec): Promise<PodHandle>
    temporaryRuntimeClass(handler: string): Promise<string>
    /** Changes on the arm's node. */
    readonly changes: NodeChanges
    end(): Promise<void>
  }
  collectEvidence(arm: Arm, pods: readonly PodHandle[], message: string): Promise<readonly Evidence[]>
}

export const DEFAULT_CHECK_TIMEOUT_MS = 60_000

/** The entry of an arm's timeline at which its pods are there. */
export const CHECK_STARTED = 'check started'

class ArmTimeout extends Error {
  constructor(id: string, ms: number, last: string) {
    super(`${id} did not end within ${ms} ms; last: ${last}`)
    this.name = 'ArmTimeout'
  }
}

/** Runs one arm to its own verdict: passed, failed, broken or skipped. Never throws. */
export async function runArm(arm: Arm, services: ArmServices): Promise<ArmResult> {
  const timeline = startTimeline()
  if (arm.decided)
    return result(
      timeline,
      createAssertionLog(),
      { verdict: arm.decided.verdict, message: arm.decided.reason },
      [],
      [],
      [],
    )
  if (services.signal.aborted) return result(timeline, createAssertionLog(), stopped(services.signal), [], [], [])
  const log = createAssertionLog()
  const measurements: Measurement[] = []
  const findings: string[] = []
  const pods: PodHandle[] = []
  const extras = services.extras(arm)
  const judgement = await services.lost.within(arm.planned.id, async () => {
    try {
      timeline.mark('pods requested')
      const named = await startPods(services.acquire(arm), pods, timeline)
      const objects = await services.objects(arm)
      await check(arm, services, { named, objects, log, measurements, findings, extras, timeline, pods })
      return verdictOfAssertions(log, services.lost.take(arm.planned.id))
    } catch (error) {
      services.lost.take(arm.planned.id)
      return services.signal.aborted ? stopped(services.signal) : verdictOf(error)
    }
  })
  log.closed = true
  timeline.mark(judgement.verdict)
  const wanted = judgement.verdict === 'failed' || judgement.verdict === 'broken'
  const evidence =
    wanted && !services.signal.aborted ? await services.collectEvidence(arm, pods, judgement.message) : []
  await extras.end()
  services.release(arm)
  return result(timeline, log, judgement, measurements, findings, evidence)
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

interface Course {
  readonly named: Record<string, PodHandle>
  readonly objects: Readonly<Record<string, ObjectHandle>>
  readonly log: AssertionLog
  readonly measurements: Measurement[]
  readonly findings: string[]
  readonly extras: ReturnType<ArmServices['extras']>
  readonly timeline: Timeline
  readonly pods: PodHandle[]
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

function contextOf(
  arm: Arm,
  services: ArmServices,
  course: Course,
  signal: AbortSignal,
): CheckContext<string, unknown> {
  return {
    pods: course.named,
    objects: course.objects,
    runtimeClass: arm.planned.runtimeClass ?? undefined,
    case: arm.caseValue,
    facts: { cluster: services.facts, class: arm.classFacts as never, node: arm.nodeFacts as never },
    measure(name, value, unit) {
      if (!Number.isFinite(value)) throw new Error(`the figure ${JSON.stringify(name)} is no number: ${value}`)
      course.measurements.push({ name, value, unit })
      return value
    },
    finding: (text) => void course.findings.push(text),
    expect: recordingExpect(course.log),
    get node() {
      if (!arm.claim.needs.some((need) => ['node-probe', 'crictl', 'ctr'].includes(need))) {
        throw new Error(
          `${arm.planned.behaviour} uses the node probe, but its claim does not list node-probe among its needs`,
        )
      }
      return services.probe(arm.planned.node ?? '')
    },
    get changes() {
      if (!arm.claim.needs.includes('node-changes')) {
        throw new Error(
          `${arm.planned.behaviour} changes the node, but its claim does not list node-changes among its needs`,
        )
      }
      return course.extras.changes
    },
    api: services.api,
    async temporaryRuntimeClass(handler) {
      return course.extras.temporaryRuntimeClass(handler)
    },
    async createPod(asked) {
      const pod = await course.extras.createPod(podSpecOf(asked))
      course.pods.push(pod)
      return pod
    },
    signal,
  }
}

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

const stopped = (signal: AbortSignal): Judgement => ({
  verdict: 'broken',
  message: `the run was stopped: ${(signal.reason as Error).message}`,
})

function result(
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
    findings,
    timeline: timeline.entries,
    evidence: [...evidence],
  }
}
