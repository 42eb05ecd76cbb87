import type { OpenFile } from '../fs/openFile.ts'

const NONE: ReadonlyMap<number, OpenFile> = new Map()

/** The file descriptors of a process. Most processes of a machine have none: daemons and kernel threads run no code. */
export class Descriptors implements Iterable<[number, OpenFile]> {
  #files: Map<number, OpenFile> | null = null

  get(fd: number): OpenFile | undefined {
    return this.#files?.get(fd)
  }

  has(fd: number): boolean {
    return this.#files?.has(fd) ?? false
  }

  keys(): Iterable<number> {
    return (this.#files ?? NONE).keys()
  }

  values(): Iterable<OpenFile> {
    return (this.#files ?? NONE).values()
  }

  [Symbol.iterator](): Iterator<[number, OpenFile]> {
    return (this.#files ?? NONE)[Symbol.iterator]()
  }

  set(fd: number, file: OpenFile): void {
    file.references++
    this.#files ??= new Map()
    const old = this.#files.get(fd)
    this.#files.set(fd, file)
    if (old) release(old)
  }

  close(fd: number): void {
    const file = this.#files?.get(fd)
    if (!file) return
    this.#files?.delete(fd)
    release(file)
  }

  closeAll(): void {
    for (const fd of [...this.keys()]) this.close(fd)
  }

  /** The lowest that is free. */
  free(from: number): number {
    let fd = from
    while (this.has(fd)) fd++
    return fd
  }
}

function release(file: OpenFile): void {
  if (--file.references === 0) file.close()
}
