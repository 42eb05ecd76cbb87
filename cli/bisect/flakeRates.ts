import { learn } from '../../reports/history/experience.ts'
import { storedRuns } from '../../reports/history/store.ts'

/**
 * How often each check says the contrary of what holds: what the archive has seen of it within one release, else the usual.
 * @param usual part of the observations, 0 to 1. @throws RunError for a file in the archive that is no run record
 */
export function flakeRates(store: string | undefined, usual: number): (key: string) => number {
  if (store === undefined) return () => usual
  const learned = learn(storedRuns(store)).flakeRates
  return (key) => learned.get(key) ?? usual
}
