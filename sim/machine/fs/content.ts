/** Zeros to point at: a file of a gibibyte of zeros costs a few references. Never written to. */
export const ZEROS = new Uint8Array(1024 * 1024)

const EMPTY = new Uint8Array(0)
/** Until something is written: most files of a machine are empty stand-ins for programs. */
const NO_CHUNKS: Uint8Array[] = []
const NO_STARTS: number[] = []
const MERGE_BELOW = 4096

/**
 * The bytes of a file as a list of chunks which are never changed in place, so that a chunk may be shared between files, pipes and the
 * block of zeros.
 */
export class Content {
  size = 0
  #chunks: Uint8Array[] = NO_CHUNKS
  #starts: number[] = NO_STARTS

  static of(data: string | Uint8Array): Content {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    const content = new Content()
    if (bytes.length === 0) return content
    content.size = bytes.length
    content.#chunks = [bytes]
    content.#starts = [0]
    return content
  }

  clone(): Content {
    const copy = new Content()
    copy.size = this.size
    copy.#chunks = this.#chunks.slice()
    copy.#starts = this.#starts.slice()
    return copy
  }

  /** At most `max` bytes from `offset`, out of one chunk; empty at the end. */
  read(offset: number, max: number): Uint8Array {
    if (offset >= this.size) return EMPTY
    const index = this.#find(offset)
    const chunk = this.#chunks[index] as Uint8Array
    const from = offset - (this.#starts[index] as number)
    return chunk.subarray(from, Math.min(chunk.length, from + max))
  }

  write(offset: number, data: Uint8Array): void {
    if (data.length === 0) return
    if (offset > this.size) this.truncate(offset)
    if (offset === this.size) return this.#append(data)
    const tail = this.#slice(offset + data.length)
    this.truncate(offset)
    this.#append(data)
    for (const chunk of tail) this.#append(chunk)
  }

  truncate(size: number): void {
    while (this.size < size) this.#append(ZEROS.subarray(0, Math.min(ZEROS.length, size - this.size)))
    if (this.size === size) return
    const index = size === 0 ? 0 : this.#find(size)
    const rest = size - (this.#starts[index] ?? 0)
    const cut = this.#chunks[index]
    this.#chunks.length = index
    this.#starts.length = index
    this.size = size - rest
    if (rest > 0 && cut) this.#append(cut.subarray(0, rest))
  }

  bytes(): Uint8Array {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Uint8Array) : Buffer.concat(this.#chunks)
  }

  text(): string {
    return Buffer.from(this.bytes()).toString()
  }

  #append(data: Uint8Array): void {
    const last = this.#chunks[this.#chunks.length - 1]
    if (last && last.length + data.length < MERGE_BELOW) {
      this.#chunks[this.#chunks.length - 1] = Buffer.concat([last, data])
    } else if (!last) {
      this.#chunks = [data]
      this.#starts = [this.size]
    } else {
      this.#chunks.push(data)
      this.#starts.push(this.size)
    }
    this.size += data.length
  }

  #slice(offset: number): Uint8Array[] {
    const parts: Uint8Array[] = []
    for (let at = offset; at < this.size;) {
      const part = this.read(at, this.size)
      parts.push(part)
      at += part.length
    }
    return parts
  }

  #find(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
