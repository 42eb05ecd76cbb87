import { errorByName } from '../errorByName.ts'
import type { KubeObject } from './cluster.ts'
import { describeEvent, describeState } from './objectState.ts'

export type WaitEnd = 'deadline' | 'unreachable' | 'deleted'

/** A wait that did not come true: what was awaited, for how long, the last state and the last events. */
export class WaitError extends Error {
  static override readonly [Symbol.hasInstance] = errorByName('WaitError')
  override readonly name = 'WaitError'
  readonly end: WaitEnd
  /** Why it can no longer come true, as `unreachable` said; null otherwise. */
  readonly because: string | null
  readonly object: KubeObject | null
  readonly events: readonly KubeObject[]
  readonly waitedMs: number
  /** What the cluster did not answer, or too late, while this was waited for: then the object may not be to blame. */
  readonly trouble: string | null

  constructor(of: {
    what: string
    subject: string
    end: WaitEnd
    because?: string | null
    object: KubeObject | null
    events: readonly KubeObject[]
    waitedMs: number
    trouble: string | null
  }) {
    super(textOf(of))
    this.end = of.end
    this.because = of.because ?? null
    this.object = of.object
    this.events = of.events
    this.waitedMs = of.waitedMs
    this.trouble = of.trouble
  }
}

/** What was awaited did not come in time, while the cluster answered: then that it did not come is an observation. */
export const isTimeOver = (error: unknown): error is WaitError =>
  error instanceof WaitError && error.end === 'deadline' && !error.trouble

const shownEvents = 6

function textOf(of: ConstructorParameters<typeof WaitError>[0]): string {
  const seconds = `${(of.waitedMs / 1000).toFixed(1)} s`
  const heads: Record<WaitEnd, string> = {
    deadline: `${of.subject}: ${of.what} did not come within ${seconds}`,
    unreachable: `${of.subject}: ${of.what} can no longer come, after ${seconds}: ${of.because}`,
    deleted: `${of.subject}: it was deleted while ${of.what} was awaited, after ${seconds}`,
  }
  const events = of.events.slice(-shownEvents).map((event) => `  ${describeEvent(event)}`)
  return [
    heads[of.end],
    `last state: ${describeState(of.object)}`,
    events.length > 0 ? `last events:\n${events.join('\n')}` : 'no events',
    ...(of.trouble ? [`meanwhile: ${of.trouble}`] : []),
  ].join('\n')
}
