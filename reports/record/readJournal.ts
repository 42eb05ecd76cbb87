import { readFileSync } from 'node:fs'
import { JournalError } from './foldJournal.ts'
import { JOURNAL_SCHEMA_VERSION, JournalEvent } from './journal.ts'

/**
 * Events of a journal. A last line that was cut short by the end of the process is left out; any other fault throws JournalError with
 * `file:line: what; what would be right`.
 */
export function readJournal(file: string): JournalEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const last = lines.length - 1
  return lines.flatMap((line, index) => (line === '' ? [] : parseLine(line, `${file}:${index + 1}`, index === last)))
}

function parseLine(line: string, where: string, last: boolean): JournalEvent[] {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    if (last) return []
    throw new JournalError(`${where}: not JSON; each line of a journal is one event`)
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version !== undefined && version !== JOURNAL_SCHEMA_VERSION) {
    throw new JournalError(
      `${where}: the journal has schema version ${JSON.stringify(version)}, this suite reads ${JOURNAL_SCHEMA_VERSION}; use the suite that wrote it`,
    )
  }
  const parsed = JournalEvent.safeParse(value)
  if (parsed.success) return [parsed.data]
  const issue = parsed.error.issues[0]
  throw new JournalError(
    `${where}: ${issue?.path.map(String).join('.') || 'event'}: ${issue?.message ?? 'not an event'}; the journal is not one of this suite, or damaged`,
  )
}
