import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'

/** A file that is only appended to, and outlives a full disk: what has no room now is written, in order, as soon as there is some. */
export interface PersistentFile {
  append(text: string): void
  /** Asks for what was written to be on the disk. One request at a time; those that come meanwhile share the next one. */
  sync(): void
  /** Why the last attempt to write failed; null when everything is written. */
  readonly failure: Error | null
  /** Writes what is still to be written, as far as it can be, and closes. */
  close(): Promise<void>
}

/** Creates the file. Throws the file system's error, EEXIST when it is there. @param write takes what it can, as writeSync does */
export function createPersistentFile(
  path: string,
  write: (descriptor: number, bytes: Buffer) => number = writeSync,
): PersistentFile {
  const descriptor = openSync(path, 'wx')
  let pending: Buffer[] = []
  let failure: Error | null = null
  let running: Promise<void> | null = null
  let wanted = false

  /** A write may be short: what is left is written next time, so that no line is ever lost or torn by a later one. */
  function flush(): void {
    try {
      while (pending.length > 0) {
        const rest = Buffer.concat(pending)
        pending = [rest]
        const written = write(descriptor, rest)
        pending = written < rest.length ? [rest.subarray(written)] : []
      }
      failure = null
    } catch (error) {
      failure = error as Error
    }
  }
  const start = (): Promise<void> =>
    new Promise<void>((resolve) =>
      fdatasync(descriptor, (error) => {
        if (error) failure = error
        resolve()
      }),
    ).then(() => {
      running = null
      if (wanted) sync()
    })
  function sync(): void {
    wanted = running !== null
    running ??= start()
  }

  return {
    append(text) {
      pending.push(Buffer.from(text))
      flush()
    },
    sync,
    get failure() {
      return failure
    },
    async close() {
      flush()
      while (running) await running
      closeSync(descriptor)
    },
  }
}
