interface Reading<T> {
  /** Fulfilled when another reading may begin. */
  readonly over: Promise<unknown>
  /** Asked for while the first was under way: what happened meanwhile may not be in that one's answer. */
  next: Promise<T> | null
}

/**
 * Reads for many arms: those that ask for a key while its answer is under way, or soon after it began, share the next one. None gets an answer that is
 * older than its question.
 *
 * @param everyMs from the beginning of a reading to that of the next one, ms; the time that many arms end in together
 */
export function sharedReading<T>(read: (key: string) => Promise<T>, everyMs: number): (key: string) => Promise<T> {
  const readings = new Map<string, Reading<T>>()

  function start(key: string): Promise<T> {
    const pause = new Promise<void>((resolve) => void setTimeout(resolve, everyMs))
    const answer = read(key)
    const reading: Reading<T> = { over: Promise.allSettled([answer, pause]), next: null }
    readings.set(key, reading)
    void reading.over.then(() => readings.get(key) === reading && reading.next === null && readings.delete(key))
    return answer
  }

  return (key) => {
    const reading = readings.get(key)
    if (!reading) return start(key)
    reading.next ??= reading.over.then(() => start(key))
    return reading.next
  }
}
