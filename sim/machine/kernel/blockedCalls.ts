/** Unwinds the code of a process that has ended. */
export class Killed extends Error {}
/** Unwinds a blocked call which a handled signal interrupted (EINTR). */
export class Interrupted extends Error {}

type Wake = (why: Error) => void

/** System calls in which a process waits. */
export class BlockedCalls {
  #waiting: Set<Wake> | null = null

  /** Waits until `start` resolves or rejects; what it answers is called at the end of the wait, however it ends. */
  wait<T>(
    start: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | void,
    interruptible: boolean,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting = (this.#waiting ??= new Set())
      let stop: (() => void) | void = undefined
      let over = false
      const end = () => {
        over = true
        waiting.delete(wake)
        stop?.()
        stop = undefined
      }
      const wake = (why: Error) => {
        if (why instanceof Interrupted && !interruptible) return
        end()
        reject(why)
      }
      waiting.add(wake)
      stop = start(
        (value) => {
          end()
          resolve(value)
        },
        (error) => {
          end()
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
      if (over) stop?.()
    })
  }

  wakeAll(why: () => Error): void {
    if (this.#waiting === null) return
    for (const wake of [...this.#waiting]) wake(why())
  }
}
