import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeAtomically } from '../atomicFile.ts'
import { readRun } from '../compare/readRun.ts'
import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { RunRecord } from '../record/runRecord.ts'

/** An archive cannot take or give what was asked: what, and what would be right. */
export class StoreError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StoreError'
  }
}

/** Accepted runs in a plain folder, `runs/<name>/run.json`: a git repository or a mounted bucket serves as well. */
export interface StoredRun {
  readonly name: string
  readonly record: RunRecord
}

const folderOf = (store: string): string => path.join(store, 'runs')

/** Where a run of that name lies. */
export const placeInStore = (store: string, name: string): string => path.join(folderOf(store), name)

/**
 * Keeps a run. @param name default: its id. @throws StoreError for a name that is taken or is no file name, and for a run that is no measure for others,
 * unless `anyway`.
 */
export function addRun(store: string, record: RunRecord, name: string = record.runId, anyway = false): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new StoreError(
      `${JSON.stringify(name)} is no name for a run; it must be letters, digits, dots, dashes and underscores`,
    )
  if (record.shard)
    throw new StoreError(
      `run ${record.runId} is shard ${record.shard.index} of ${record.shard.count}; \`merge\` the shards first`,
    )
  if (!anyway && record.outcome !== 'conformant' && record.outcome !== 'not-conformant')
    throw new StoreError(
      `run ${record.runId} is ${record.outcome}: no measure for later runs; run again, or give --force`,
    )
  const folder = placeInStore(store, name)
  if (existsSync(folder)) throw new StoreError(`${store} has a run ${name}; give another --name, or remove that one`)
  mkdirSync(folder, { recursive: true })
  writeAtomically(path.join(folder, 'run.json'), `${JSON.stringify(record)}\n`)
  return name
}

/** All runs, the oldest first. @throws RunError for a file that is no run record. */
export const storedRuns = (store: string): StoredRun[] =>
  [...eachStoredRun(store)].sort(
    (a, b) => a.record.startedAt.localeCompare(b.record.startedAt) || a.name.localeCompare(b.name),
  )

/** All runs in no order, one in memory at a time. @throws RunError for a file that is no run record. */
export function* eachStoredRun(store: string): Generator<StoredRun> {
  for (const name of storedNames(store)) yield { name, record: readRun(placeInStore(store, name)) }
}

export const storedNames = (store: string): string[] =>
  existsSync(folderOf(store))
    ? readdirSync(folderOf(store), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      )
    : []

/** Removes all but the newest `keep` runs of each release of Kata. @returns names of the removed */
export function pruneRuns(store: string, keep: number, dryRun = false): string[] {
  const groups = new Map<string, StoredRun[]>()
  for (const run of storedRuns(store)) {
    const kata = kataVersionOf(run.record) ?? ''
    groups.set(kata, [...(groups.get(kata) ?? []), run])
  }
  const old = [...groups.values()].flatMap((runs) => runs.slice(0, Math.max(0, runs.length - keep)))
  if (!dryRun) for (const { name } of old) rmSync(placeInStore(store, name), { recursive: true })
  return old.map(({ name }) => name)
}
