import { readFileSync } from 'node:fs'
import path from 'node:path'
import { orderOf, type Release } from './releases.ts'

/** From a release on, a value; a step without a value: the key is gone. */
type Step = readonly [since: Release, value?: unknown]

/** values.yaml of the kata-deploy chart at the tags 3.25.0 to 4.1.0: each key with the releases in which its default changed. */
const steps = JSON.parse(readFileSync(path.join(import.meta.dirname, 'chartDefaults.json'), 'utf8')) as Readonly<
  Record<string, readonly Step[]>
>

/** The chart's defaults in a release, by dotted key. */
export function chartDefaults(release: Release): ReadonlyMap<string, unknown> {
  const at = orderOf(release)
  return new Map(
    Object.entries(steps).flatMap(([key, history]) => {
      const last = history.findLast(([since]) => orderOf(since) <= at)
      return last === undefined || last.length === 1 ? [] : [[key, last[1]] as const]
    }),
  )
}

/** Shims that the chart of a release has. */
export const shimsOf = (release: Release): readonly string[] => [
  ...new Set(
    [...chartDefaults(release).keys()].flatMap((key) => /^shims\.([^.]+)\.supportedArches$/.exec(key)?.[1] ?? []),
  ),
]
