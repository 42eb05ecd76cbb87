import { AsyncLocalStorage } from 'node:async_hooks'

/** Rejections that nobody handled, by the arm in whose course they came about. */
export interface LostRejections {
  /** Runs `work` so that rejections lost in it are attributed to the arm. */
  within<T>(arm: string, work: () => Promise<T>): Promise<T>
  take(arm: string): unknown[]
  /** Rejections of no arm, or of an arm that had its verdict already. */
  readonly unattributed: unknown[]
  stop(): void
}

/**
 * Node would end the process on an unhandled rejection, and mocha lets a test pass that lost one (mochajs/mocha#5507). Here it
 * fails the arm that lost it: the handler runs in the async context of the promise.
 */
export function watchLostRejections(): LostRejections {
  const context = new AsyncLocalStorage<string>()
  const open = new Map<string, unknown[]>()
  const unattributed: unknown[] = []
  const onLost = (error: unknown) => {
    const arm = context.getStore()
    const lost = arm === undefined ? undefined : open.get(arm)
    ;(lost ?? unattributed).push(error)
  }
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', onLost)
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
    unattributed,
    stop() {
      process.removeListener('unhandledRejection', onLost)
      for (const listener of before) process.on('unhandledRejection', listener)
    },
  }
}
