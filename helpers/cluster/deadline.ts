/**
 * Runs `work` with a signal that aborts at the deadline or with the caller's signal, and takes its timer and listener
 * away afterwards. (AbortSignal.any on a signal that lives as long as the run keeps every signal made from it.)
 *
 * @param timeoutMs deadline in ms; the signal then aborts with `late()`
 * @throws what `work` throws; the caller's abort reason when that came first
 */
export async function withDeadline<Result>(
  of: { signal?: AbortSignal | undefined; timeoutMs: number; late: () => Error },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  of.signal?.throwIfAborted()
  const controller = new AbortController()
  const abort = (): void => controller.abort(of.signal?.reason)
  const timer = setTimeout(() => controller.abort(of.late()), of.timeoutMs)
  of.signal?.addEventListener('abort', abort, { once: true })
  try {
    return await work(controller.signal)
  } catch (error) {
    // Whatever an aborted request is reported as, the reason for the abort is what the caller wants to know.
    if (controller.signal.aborted) throw controller.signal.reason
    throw error
  } finally {
    clearTimeout(timer)
    of.signal?.removeEventListener('abort', abort)
  }
}

/** A pause between two attempts, ended early by the signal with its reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** `promise`, or the signal's reason if that comes first: for work that cannot be stopped, only left. */
export function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
