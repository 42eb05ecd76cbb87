import path from 'node:path'
import { exportsOf } from '../contract/observations/exportsOf.ts'
import { guestRows } from '../contract/observations/guestRows.ts'
import { nodeRows } from '../contract/observations/nodeRows.ts'
import { places } from '../contract/observations/places.ts'
import { NotRecorded, recordedHandle } from '../contract/observations/recordedHandle.ts'
import { valueless } from '../contract/oracles/valueless.ts'
import { recordedScenarios } from '../contract/pods/recordedScenario.ts'
import type { Declared } from './reach.ts'

const helpers = path.join(import.meta.dirname, '../../helpers')

/** What recordings of real systems are replayed through: functions as the contract tests name them. */
export interface Recorded {
  /** Recordings by observation: `guest/meminfo.memTotal`. */
  readonly observations: ReadonlyMap<string, readonly string[]>
  /** Oracles that are compared with recorded values: `sandboxSize.sandboxMemory`. */
  readonly oracles: ReadonlySet<string>
}

/** Runs the rows of test/contract/observations on every recording. */
export async function readRecorded(): Promise<Recorded> {
  const observations = new Map<string, readonly string[]>()
  for (const { covers, observe } of guestRows) {
    const met = new Set<string>()
    for (const place of places) {
      try {
        await observe(recordedHandle(place.recorded, place.pod, place.container), place)
        met.add(place.recorded.file)
      } catch (error) {
        if (!(error instanceof NotRecorded)) throw error
      }
    }
    for (const name of covers) observations.set(await placed(name), [...met].sort())
  }
  for (const { covers, observe } of nodeRows) {
    const met = recordedScenarios.filter((recorded) => observe(recorded)).map(({ file }) => file)
    for (const name of covers) observations.set(await placed(name), met.sort())
  }
  const oracles = (await exportsOf('oracles')).filter((name) => !(name in valueless))
  return { observations, oracles: new Set(oracles) }
}

const inGuest = exportsOf('guest')
const placed = async (name: string): Promise<string> =>
  (await inGuest).includes(name) ? `guest/${name}` : `node/${name}`

/** A function of helpers/ as the contract tests name it: `guest/meminfo.memTotal`, `oracles/sandboxSize.sandboxMemory`; null for others. */
export function contractName({ file, name }: Declared): string | null {
  const below = path.relative(helpers, file)
  return below.startsWith('..') ? null : `${below.replace(/\.ts$/, '')}.${name}`
}
