import type { OpenFile } from './openFile.ts'

const PIPE_BYTES = 64 * 1024

/** Thrown into a writer that nobody reads any more: the kernel sends it PIPE. */
export class BrokenPipe extends Error {}

/** A pipe: two open files over one buffer of 64 KiB (pipe(7)). */
export class Pipe {
  readonly id: number
  readonly readEnd: OpenFile
  readonly writeEnd: OpenFile
  #chunks: Uint8Array[] = []
  #buffered = 0
  #readers = true
  #writers = true
  #waitingReader: (() => void)[] = []
  #waitingWriter: (() => void)[] = []

  constructor(id: number) {
    this.id = id
    this.readEnd = {
      references: 0,
      pipe: true,
      read: (max) => this.#read(max),
      write: () => undefined,
      close: () => this.#closeRead(),
      describe: () => `pipe:[${id}]`,
    }
    this.writeEnd = {
      references: 0,
      pipe: true,
      read: () => null,
      write: (data) => this.#write(data),
      close: () => this.#closeWrite(),
      describe: () => `pipe:[${id}]`,
    }
  }

  #read(max: number): Uint8Array | null | Promise<Uint8Array | null> {
    const first = this.#chunks[0]
    if (!first) {
      if (!this.#writers) return null
      return new Promise<void>((resolve) => this.#waitingReader.push(resolve)).then(() => this.#read(max))
    }
    const part = first.length <= max ? first : first.subarray(0, max)
    if (part === first) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(max)
    this.#buffered -= part.length
    if (this.#buffered < PIPE_BYTES) wakeAll(this.#waitingWriter)
    return part
  }

  #write(data: Uint8Array): void | Promise<void> {
    if (!this.#readers) throw new BrokenPipe()
    if (data.length === 0) return
    this.#chunks.push(data)
    this.#buffered += data.length
    wakeAll(this.#waitingReader)
    if (this.#buffered < PIPE_BYTES) return
    return new Promise<void>((resolve) => this.#waitingWriter.push(resolve)).then(() => {
      if (!this.#readers && this.#buffered >= PIPE_BYTES) throw new BrokenPipe()
    })
  }

  #closeRead(): void {
    this.#readers = false
    wakeAll(this.#waitingWriter)
  }

  #closeWrite(): void {
    this.#writers = false
    wakeAll(this.#waitingReader)
  }
}

function wakeAll(waiting: (() => void)[]): void {
  for (const wake of waiting.splice(0)) wake()
}

/** /dev/null as standard input, and what is left of a closed descriptor. */
export function nullFile(path = '/dev/null'): OpenFile {
  return {
    references: 0,
    read: () => null,
    write: () => undefined,
    close: () => undefined,
    describe: () => path,
    sink: true,
  }
}

/** Output that leaves the machine: the container's log, an exec's stream. */
export function outputFile(
  id: number,
  tty: boolean,
  emit: (data: Uint8Array) => void,
  input: OpenFile | null = null,
): OpenFile {
  return {
    references: 0,
    tty,
    read: (max) => input?.read(max) ?? null,
    write: (data) =>
      emit(tty ? Buffer.from(Buffer.from(data).toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1') : data),
    close: () => undefined,
    describe: () => (tty ? '/dev/pts/0' : `pipe:[${id}]`),
  }
}
