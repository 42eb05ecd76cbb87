import type { Clock } from '../clock.ts'
import { pauseUnlessAborted } from '../kubelet/timers.ts'

export interface WorkQueue {
  /** The object of that key has to be looked at. */
  add(key: string): void
  stop(): void
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 10_000

/** Reconciles keys: never one key twice at the same time, once more when it was added meanwhile, again after a while when it threw. */
export function createWorkQueue(clock: Clock, reconcile: (key: string) => Promise<void>): WorkQueue {
  const stopped = new AbortController()
  const running = new Set<string>()
  const again = new Set<string>()
  const run = async (key: string): Promise<void> => {
    running.add(key)
    for (let delay = FIRST_RETRY_MS; !stopped.signal.aborted;) {
      again.delete(key)
      try {
        await reconcile(key)
        if (!again.has(key)) break
        delay = FIRST_RETRY_MS
      } catch {
        // conflict, or a server that is away: what the object is by then decides
        if (!(await pauseUnlessAborted(clock, delay, stopped.signal))) break
        delay = Math.min(LONGEST_RETRY_MS, delay * 2)
      }
    }
    running.delete(key)
  }
  return {
    add(key) {
      if (running.has(key)) again.add(key)
      // a turn of the event loop collects what belongs together
      else {
        running.add(key)
        setImmediate(() => void run(key))
      }
    },
    stop: () => stopped.abort(),
  }
}
