/** Time of the simulation: real time, scaled. One clock for kubelets, machines and guests. */
export interface Clock {
  /** Simulated ms since the epoch. */
  now(): number
  /** Resolves after that many simulated ms; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  readonly speed: number
}

/**
 * @param speed 1 is natural; 10 runs ten times faster; Infinity leaves the waiting out: time jumps to the end of a sleep as soon as everything that
 *   takes no time has been done
 */
export const createClock = (speed: number): Clock =>
  Number.isFinite(speed) ? createScaledClock(speed) : createJumpingClock()

function createScaledClock(speed: number): Clock {
  const start = Date.now()
  return {
    speed,
    now: () => start + (Date.now() - start) * speed,
    sleep: (ms, signal) => wait(ms / speed, signal, () => undefined),
  }
}

/** A second of sleep takes a millisecond: sleeps end in the order of their lengths, and what takes no time goes before them. */
const JUMP = 1000

/** Sleeps of this length keep a container alive; nothing waits for their end, and time does not jump there by itself. */
const PARKED_MS = 600_000

function createJumpingClock(): Clock {
  let ahead = 0
  const now = () => Date.now() + ahead
  const parked = new Map<object, { readonly until: number; wake(): void }>()
  const jumpTo = (time: number) => {
    ahead = Math.max(ahead, time - Date.now())
    for (const { until, wake } of [...parked.values()]) if (until <= now()) wake()
  }
  return {
    speed: Infinity,
    now,
    sleep(ms, signal) {
      const until = now() + ms
      if (ms < PARKED_MS) return wait(ms / JUMP, signal, () => jumpTo(until))
      return new Promise((resolve, reject) => {
        const ticket = {}
        const leave = () => {
          parked.delete(ticket)
          signal?.removeEventListener('abort', onAbort)
        }
        const onAbort = () => {
          leave()
          reject(signal?.reason as Error)
        }
        if (signal?.aborted) return onAbort()
        signal?.addEventListener('abort', onAbort, { once: true })
        parked.set(ticket, {
          until,
          wake() {
            leave()
            resolve()
          },
        })
      })
    },
  }
}

function wait(realMs: number, signal: AbortSignal | undefined, atEnd: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      atEnd()
      resolve()
    }, realMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
