import type { Clock } from './clock.ts'

/** A clock that passes `rate` of the other's time, from now on. */
export function slowClock(of: Clock, rate: number): Clock {
  if (rate === 1) return of
  const began = of.now()
  return {
    speed: of.speed,
    now: () => began + (of.now() - began) * rate,
    sleep: (ms, signal) => of.sleep(ms / rate, signal),
  }
}
