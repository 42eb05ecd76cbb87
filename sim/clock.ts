/** Time of the simulation: real time, scaled. One clock for kubelets, machines and guests. */
export interface Clock {
  /** Simulated ms since the epoch. */
  now(): number
  /** Resolves after that many simulated ms; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  readonly speed: number
}

/** @param speed 1 is natural; 10 runs ten times faster; Infinity makes every latency 0 (sleeps still yield to other work). */
export function createClock(speed: number): Clock {
  const start = Date.now()
  let skipped = 0
  return {
    speed,
    now: () => (Number.isFinite(speed) ? start + (Date.now() - start) * speed : Date.now() + skipped),
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error)
      if (!Number.isFinite(speed)) skipped += ms
      const real = Number.isFinite(speed) ? ms / speed : 0
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          clearTimeout(timer)
          reject(signal?.reason as Error)
        }
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        }, real)
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },
  }
}
