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
    sleep: (ms, signal) => wait(ms / speed, signal),
  }
}

/** A second of sleep takes a millisecond, so that what takes no time in the simulation is done before the sleep ends. */
const JUMP = 1000

/** Turns of the event loop in which a process that was woken or signalled comes to its next sleep (Timers takes two before it asks). */
const SETTLING_TURNS = 4

/** Real ms by which a timer may come early. */
const TIMER_MS = 1

/** Sleeps of this length keep a container alive; nothing waits for their end, and time does not jump there by itself. */
const PARKED_MS = 600_000

interface Sleeper {
  /** Simulated ms. */
  readonly until: number
  /** Real ms at which it was asked for. */
  readonly addedAt: number
  wake(): void
}

/**
 * Time stands still between the ends of sleeps, and sleeps end strictly in the order of their ends: what a guest measures does not depend on how
 * busy the real machine is.
 */
function createJumpingClock(): Clock {
  let now = Date.now()
  /** Ordered by their ends. */
  const sleepers: Sleeper[] = []
  /** Real ms at which time last jumped. */
  let jumpedAt = performance.now()
  let armed: { for: number; timer: NodeJS.Timeout } | null = null
  let settling = false

  /** Real ms from which a sleep may end. It depends on nobody else's sleep, so that none is put off for ever. */
  const dueOf = ({ until, addedAt }: Sleeper) => Math.max(addedAt, jumpedAt) + (until - now) / JUMP
  const arm = () => {
    const [next] = sleepers
    if (settling || next === undefined || next.until - now >= PARKED_MS) return
    const due = dueOf(next)
    if (armed && armed.for <= due) return
    clearTimeout(armed?.timer)
    armed = { for: due, timer: setTimeout(onTime, Math.max(0, due - performance.now())) }
  }
  /** The time is up in the real world; whoever is awake goes on first, as what it asks for may be due earlier. */
  const onTime = () => {
    armed = null
    settling = true
    afterTurns(SETTLING_TURNS, () => {
      settling = false
      const [next] = sleepers
      if (next !== undefined && next.until - now < PARKED_MS && dueOf(next) <= performance.now() + TIMER_MS) {
        sleepers.shift()
        now = Math.max(now, next.until)
        jumpedAt = performance.now()
        next.wake()
      }
      arm()
    })
  }
  const add = (sleeper: Sleeper) => {
    const after = sleepers.findIndex(({ until }) => until > sleeper.until)
    sleepers.splice(after === -1 ? sleepers.length : after, 0, sleeper)
    arm()
  }
  const remove = (sleeper: Sleeper) => {
    const at = sleepers.indexOf(sleeper)
    if (at !== -1) sleepers.splice(at, 1)
    arm()
  }

  return {
    speed: Infinity,
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const onAbort = () => {
          remove(sleeper)
          reject(signal?.reason as Error)
        }
        const sleeper: Sleeper = {
          until: now + ms,
          addedAt: performance.now(),
          wake() {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        add(sleeper)
      }),
  }
}

function afterTurns(turns: number, then: () => void): void {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, then) : then()))
}

function wait(realMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, realMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
