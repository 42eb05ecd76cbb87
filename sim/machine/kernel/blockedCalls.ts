/** Unwinds the code of a process that has ended. */
export class Killed extends Error {}
/** Unwinds a blocked call which a handled signal interrupted (EINTR). */
export class Interrupted extends Error {}

type Wake = (why: Error) => void

/** System calls in which a process waits. */
export class BlockedCalls {
  #waiting: Set<Wake> | null = null

  /** Waits until `start` resolves or rejects; what it answers is called when the wait is ended from outside. */
  wait<T>(
    start: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | void,
    interruptible: boolean,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting = (this.#waiting ??= new Set())
      let cancel: (() => void) | void = undefined
      const wake = (why: Error) => {
        if (why instanceof Interrupted && !interruptible) return
        waiting.delete(wake)
        cancel?.()
        reject(why)
      }
      waiting.add(wake)
      cancel = start(
        (value) => {
          waiting.delete(wake)
          resolve(value)
        },
        (error) => {
          waiting.delete(wake)
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
  }

  wakeAll(why: () => Error): void {
    if (this.#waiting === null) return
    for (const wake of [...this.#waiting]) wake(why())
  }
}
