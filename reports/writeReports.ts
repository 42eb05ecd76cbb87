import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { RunRecord } from './record/runRecord.ts'

/** Writes every report of the run into its folder, each file whole or not at all. */
export function writeReports(folder: string, record: RunRecord): Promise<void> {
  writeAtomically(path.join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`)
  return Promise.resolve()
}

function writeAtomically(file: string, content: string): void {
  writeFileSync(`${file}.part`, content)
  renameSync(`${file}.part`, file)
}
