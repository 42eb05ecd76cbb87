import type { RegularFile } from '../fs/inode.ts'
import type { FileSystem } from '../fs/mountNamespace.ts'
import type { Memory } from './memory.ts'

/** What a machine has in memory of files on disk or on virtiofs. */
export class PageCache {
  readonly #memory: Memory
  #cached = new WeakMap<RegularFile, number>()

  constructor(memory: Memory) {
    this.#memory = memory
  }

  /** Bytes of a file that were read or written so far. */
  add(file: RegularFile, upTo: number, fs: FileSystem): void {
    if (fs.inMemory) return
    const before = this.bytesOf(file)
    if (upTo <= before) return
    this.#cached.set(file, upTo)
    this.#memory.cache((upTo - before) / 1024)
  }

  /** Bytes of a file, from its start. */
  bytesOf(file: RegularFile): number {
    return this.#cached.get(file) ?? 0
  }

  /** As writing to vm.drop_caches: what was cached is read anew. */
  drop(): void {
    this.#cached = new WeakMap()
    this.#memory.dropCache()
  }

  /** The pages of a file that is gone. */
  forget(file: RegularFile): void {
    const bytes = this.bytesOf(file)
    this.#cached.delete(file)
    this.#memory.cacheKiB = Math.max(0, this.#memory.cacheKiB - bytes / 1024)
  }
}
