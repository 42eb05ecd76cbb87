import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, ftruncateSync, writeSync } from 'node:fs'
import path from 'node:path'
import { withoutSecrets } from '../journal/redactEvent.ts'
import type { UpgradeEvent } from '../../reports/record/upgradeJournal.ts'
import { foldUpgrade, readUpgrade, type UpgradeRecord } from '../../reports/record/upgradeRecord.ts'

type WithoutAt<T> = T extends { at: string } ? Omit<T, 'at'> : never
export type NewUpgradeEvent = WithoutAt<UpgradeEvent>

/** The steps of one upgrade. What is written is on the disk when `write` returns: an upgrade may be killed at any moment. */
export interface UpgradeJournal {
  readonly folder: string
  readonly record: UpgradeRecord
  /** @throws the file system's error: what cannot be noted is not to be done. */
  write(event: NewUpgradeEvent): void
  close(): void
}

const fileIn = (folder: string): string => path.join(folder, 'upgrade.ndjson')

/** Begins a journal. @throws the file system's error, EEXIST when there is one. */
export function beginJournal(folder: string, first: NewUpgradeEvent): UpgradeJournal {
  mkdirSync(folder, { recursive: true })
  const journal = journalOf(folder, openSync(fileIn(folder), 'wx'), [])
  journal.write(first)
  return journal
}

/** Goes on with a journal; a line that was torn when the process was killed is cut off. @throws JournalError, and the file system's error. */
export function continueJournal(folder: string): UpgradeJournal {
  const events = readUpgrade(fileIn(folder))
  foldUpgrade(events)
  const descriptor = openSync(fileIn(folder), 'r+')
  const text = readFileSync(descriptor)
  ftruncateSync(descriptor, text.lastIndexOf('\n') + 1)
  closeSync(descriptor)
  return journalOf(folder, openSync(fileIn(folder), 'a'), events)
}

function journalOf(folder: string, descriptor: number, events: UpgradeEvent[]): UpgradeJournal {
  return {
    folder,
    get record() {
      return foldUpgrade(events)
    },
    write(event) {
      const { event: clean, line } = withoutSecrets<UpgradeEvent>({ at: new Date().toISOString(), ...event })
      writeSync(descriptor, `${line}\n`)
      fsyncSync(descriptor)
      events.push(clean)
    },
    close: () => closeSync(descriptor),
  }
}
