import { createClock, type Clock } from '../clock.ts'
import { flatText } from '../flatText.ts'

/** What passes under a clock that skips sleeps: a thousandth of the time. */
const hurried = createClock(1000)

/**
 * Waits for others: back-offs, deadlines, periods of probes and of heartbeats. A clock of infinite speed skips latencies, but were such a
 * wait skipped too, every deadline would pass before the awaited work could begin and every period would be a busy loop.
 * @param ms simulated ms
 */
export async function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (!Number.isFinite(clock.speed)) await hurried.sleep(ms, signal)
  // there it takes no time, but the clock moves on by it
  await clock.sleep(ms, signal)
}

/** As pause, but resolves on abort too: true when the time has passed, false when aborted. */
export async function pauseUnlessAborted(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(clock, ms, signal)
    return true
  } catch {
    return false
  }
}

/** RFC 3339 with seconds, as metav1.Time writes it. */
export function timestamp(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== last.second)
    last = { second, text: flatText(`${new Date(second * 1000).toISOString().slice(0, 19)}Z`) }
  return last.text
}

/** Thousands of states and events say the same second. */
let last = { second: Number.NaN, text: '' }

/** RFC 3339 with microseconds, as metav1.MicroTime writes it. */
export function microTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000Z')
}

/** As Go prints a time.Duration of whole seconds: 40s, 1m20s, 5m0s. */
export function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`
}
