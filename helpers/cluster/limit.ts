/** Runs at most `bound` works at once for each key; the others wait in order, until their signal aborts. */
export function createLimit(
  bound: number,
): <Result>(key: string, signal: AbortSignal | undefined, work: () => Promise<Result>) => Promise<Result> {
  const lanes = new Map<string, { free: number; waiting: (() => void)[] }>()

  return async (key, signal, work) => {
    const lane = lanes.get(key) ?? { free: bound, waiting: [] }
    lanes.set(key, lane)
    if (lane.free > 0) lane.free--
    else await turn(lane.waiting, signal)
    try {
      return await work()
    } finally {
      // A place is handed to the next in line, or becomes free: never both.
      const next = lane.waiting.shift()
      if (next) next()
      else if (++lane.free === bound) lanes.delete(key)
    }
  }
}

function turn(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const go = (): void => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    const abort = (): void => {
      waiting.splice(waiting.indexOf(go), 1)
      reject(signal?.reason as Error)
    }
    waiting.push(go)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
