import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Undisturbed } from './disturbedRun.ts'
import type { Tally } from './summary.ts'

/** Runs that are kept in a folder, so that many can be made in portions: those that are there are not made again. */
export interface Kept {
  readonly tallies: readonly Tally[]
  add(tally: Tally): void
  undisturbed(key: string): Undisturbed | undefined
  addUndisturbed(key: string, run: Undisturbed): void
}

/** @param folder null: nothing is kept */
export function keptIn(folder: string | null): Kept {
  const runs = folder === null ? null : path.join(folder, 'runs.ndjson')
  const calm = folder === null ? null : path.join(folder, 'undisturbed.json')
  if (folder !== null) mkdirSync(folder, { recursive: true })
  const tallies: Tally[] =
    runs !== null && existsSync(runs)
      ? readFileSync(runs, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Tally)
      : []
  const undisturbed = new Map<string, Undisturbed>(
    calm !== null && existsSync(calm) ? (JSON.parse(readFileSync(calm, 'utf8')) as [string, Undisturbed][]) : [],
  )
  return {
    tallies,
    add(tally) {
      tallies.push(tally)
      if (runs !== null) appendFileSync(runs, `${JSON.stringify(tally)}\n`)
    },
    undisturbed: (key) => undisturbed.get(key),
    addUndisturbed(key, run) {
      undisturbed.set(key, run)
      if (calm !== null) writeFileSync(calm, JSON.stringify([...undisturbed]))
    },
  }
}
