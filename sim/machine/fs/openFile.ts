import type { Location } from './mountNamespace.ts'

/** What a file descriptor refers to. Answers at once where it can; a promise means that the process sleeps. */
export interface OpenFile {
  /** Bytes, null at the end. */
  read(max: number): Uint8Array | null | Promise<Uint8Array | null>
  write(data: Uint8Array): void | Promise<void>
  /** Called when the last descriptor is closed. */
  close(): void
  /** As /proc/PID/fd/N shows it. */
  describe(): string
  references: number
  tty?: boolean
  location?: Location
  position?: number
  /** Swallows everything: what burns CPU into it need not make the bytes. */
  sink?: boolean
  /** Every read gives these bytes without end. */
  endless?: 'zero' | 'random'
  /** Wakes with null when the process that reads gets a signal. */
  pipe?: boolean
}
