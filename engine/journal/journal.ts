import { closeSync, fdatasync, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../../reports/record/journal.ts'

type WithoutAt<T> = T extends { at: string } ? Omit<T, 'at'> : never
export type NewEvent = WithoutAt<JournalEvent>

/** events.ndjson: appended as the run goes. A verdict is on the disk before the next one is waited for at the latest. */
export interface Journal {
  readonly folder: string
  /** Everything written so far. */
  readonly events: readonly JournalEvent[]
  write(event: NewEvent): void
  /** Called with every event after it was written. */
  onEvent(listener: (event: JournalEvent) => void): void
  close(): Promise<void>
}

/** Opens `<folder>/events.ndjson` for a new run. Throws the file system's error when it cannot be written. */
export function openJournal(folder: string): Journal {
  mkdirSync(folder, { recursive: true })
  const descriptor = openSync(path.join(folder, 'events.ndjson'), 'wx')
  const listeners: ((event: JournalEvent) => void)[] = []
  const events: JournalEvent[] = []
  const sync = createCoalescedSync(descriptor)
  return {
    folder,
    events,
    write(event) {
      const stamped = { at: new Date().toISOString(), ...event }
      writeSync(descriptor, JSON.stringify(stamped) + '\n')
      if (stamped.event === 'arm.finished' || stamped.event === 'object.created') sync.request()
      events.push(stamped)
      for (const listener of listeners) listener(stamped)
    },
    onEvent: (listener) => void listeners.push(listener),
    async close() {
      await sync.last()
      closeSync(descriptor)
    },
  }
}

/** One fdatasync at a time; requests that come while it runs share the next one. */
function createCoalescedSync(descriptor: number) {
  let running: Promise<void> | null = null
  let wanted = false
  const start = (): Promise<void> =>
    new Promise<void>((resolve, reject) => fdatasync(descriptor, (error) => (error ? reject(error) : resolve()))).then(
      () => {
        running = null
        if (wanted) request()
      },
    )
  const request = () => {
    wanted = running !== null
    running ??= start()
  }
  return {
    request,
    async last() {
      while (running) await running
    },
  }
}
