import { AsyncLocalStorage } from 'node:async_hooks'

/** An error that nobody handled; `arm` is null when it came from no arm. */
export interface LostError {
  readonly arm: string | null
  readonly error: unknown
}

/** Rejections and exceptions that nobody handled, by the arm in whose course they came about. */
export interface LostRejections {
  /** Runs `work` so that what is lost in it is attributed to the arm. */
  within<T>(arm: string, work: () => Promise<T>): Promise<T>
  /** What the arm has lost so far. What it loses later is in `late`. */
  take(arm: string): unknown[]
  /** Lost by no arm, or by one that had its verdict already. */
  readonly late: readonly LostError[]
  stop(): void
}

interface Watcher {
  /** Whether the present asynchronous context is one of its arms'. */
  owns(): boolean
  lost(error: unknown): void
}

const events = ['unhandledRejection', 'uncaughtException'] as const
/** Of the runs of this process. */
const watchers = new Set<Watcher>()
/** Who listened to each event before the first of them. */
let others: NodeJS.UncaughtExceptionListener[][] = []

function toItsOwner(error: unknown): void {
  const owner = [...watchers].find((each) => each.owns())
  for (const each of owner ? [owner] : watchers) each.lost(error)
}

function watch(watcher: Watcher): void {
  if (watchers.size === 0) {
    others = events.map((event) => process.listeners(event as 'uncaughtException'))
    for (const event of events) process.removeAllListeners(event).on(event, toItsOwner)
  }
  watchers.add(watcher)
}

function unwatch(watcher: Watcher): void {
  if (!watchers.delete(watcher) || watchers.size > 0) return
  events.forEach((event, index) => {
    process.removeListener(event, toItsOwner)
    for (const listener of others[index] ?? []) process.on(event as 'uncaughtException', listener)
  })
}

/**
 * Node would end the process on an unhandled rejection, and mocha lets a test pass that lost one (mochajs/mocha#5507). Here it
 * fails the arm that lost it: the handlers run in the async context of the promise or timer.
 */
export function watchLostRejections(): LostRejections {
  const context = new AsyncLocalStorage<string>()
  const open = new Map<string, unknown[]>()
  const late: LostError[] = []
  const watcher: Watcher = {
    owns: () => context.getStore() !== undefined,
    lost(error) {
      const arm = context.getStore() ?? null
      const lost = arm === null ? undefined : open.get(arm)
      if (lost) lost.push(error)
      else late.push({ arm, error })
    },
  }
  watch(watcher)
  return {
    within(arm, work) {
      open.set(arm, [])
      return context.run(arm, work)
    },
    take(arm) {
      const lost = open.get(arm) ?? []
      open.delete(arm)
      return lost
    },
    late,
    stop: () => unwatch(watcher),
  }
}
