import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../../reports/record/journal.ts'
import { createPersistentFile } from './persistentFile.ts'
import { withoutSecrets } from './redactEvent.ts'

type WithoutAt<T> = T extends { at: string } ? Omit<T, 'at'> : never
export type NewEvent = WithoutAt<JournalEvent>

/** events.ndjson: appended as the run goes, without secrets. A verdict is on the disk before the next one is waited for at the latest. */
export interface Journal {
  readonly folder: string
  /** Everything written so far. */
  readonly events: readonly JournalEvent[]
  /** Never throws: what a full disk does not take is kept, and written when there is room. */
  write(event: NewEvent): void
  /** Called with every event after it was written. */
  onEvent(listener: (event: JournalEvent) => void): void
  /** Called once, when something cannot be written for the first time. */
  onFailure(listener: (error: Error) => void): void
  /** Why events are missing in the file; null when it has them all. */
  readonly failure: Error | null
  /** Writes what is still to be written, as far as there is room: `failure` says whether there was. */
  close(): Promise<void>
}

/** Opens `<folder>/events.ndjson` for a new run. Throws the file system's error when it cannot be created. */
export function openJournal(folder: string): Journal {
  mkdirSync(folder, { recursive: true })
  const file = createPersistentFile(path.join(folder, 'events.ndjson'))
  const listeners: ((event: JournalEvent) => void)[] = []
  const failureListeners: ((error: Error) => void)[] = []
  const events: JournalEvent[] = []
  let failed = false
  return {
    folder,
    events,
    write(event) {
      const { event: stamped, line } = withoutSecrets<JournalEvent>({ at: new Date().toISOString(), ...event })
      file.append(`${line}\n`)
      if (stamped.event === 'arm.finished' || stamped.event === 'object.created') file.sync()
      events.push(stamped)
      if (file.failure && !failed) {
        failed = true
        for (const listener of failureListeners) listener(file.failure)
      }
      for (const listener of listeners) listener(stamped)
    },
    onEvent: (listener) => void listeners.push(listener),
    onFailure: (listener) => void failureListeners.push(listener),
    get failure() {
      return file.failure
    },
    close: () => file.close(),
  }
}
