import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { foldJournal } from '../record/foldJournal.ts'
import { readJournal } from '../record/readJournal.ts'
import { RUN_RECORD_SCHEMA_VERSION, RunRecord } from '../record/runRecord.ts'

/** Something that was given as a run is none: what, where, and what would be right. */
export class RunError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RunError'
  }
}

/**
 * Reads a run: its folder, or its run.json.
 * @throws RunError, or JournalError for a folder whose run was cut short and whose journal is damaged.
 */
export function readRun(from: string): RunRecord {
  if (!existsSync(from))
    throw new RunError(`${from} does not exist; give the folder of a run, results/<run-id>, or its run.json`)
  if (!statSync(from).isDirectory()) return parseRun(readFileSync(from, 'utf8'), from)
  const record = path.join(from, 'run.json')
  if (existsSync(record)) return parseRun(readFileSync(record, 'utf8'), record)
  const journal = path.join(from, 'events.ndjson')
  if (existsSync(journal)) return foldJournal(readJournal(journal))
  throw new RunError(`${from} has neither run.json nor events.ndjson; give the folder of a run, results/<run-id>`)
}

/** @param file for messages. @throws RunError */
export function parseRun(text: string, file: string): RunRecord {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new RunError(`${file}: not JSON, or cut short; \`kata-conformance report\` writes it again from the journal`)
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version !== RUN_RECORD_SCHEMA_VERSION) {
    const said = version === undefined ? 'no schema version' : `schema version ${JSON.stringify(version)}`
    throw new RunError(`${file}: ${said}, this suite reads ${RUN_RECORD_SCHEMA_VERSION}; use the suite that wrote it`)
  }
  const parsed = RunRecord.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place = issue?.path.map(String).join('.') || 'the record'
  throw new RunError(
    `${file}: ${place}: ${issue?.message ?? 'not a run record'}; run.json is written by the suite alone`,
  )
}
