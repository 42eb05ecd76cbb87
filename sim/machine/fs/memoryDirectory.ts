import type { Directory, Inode, Reader } from './inode.ts'

export class MemoryDirectory implements Directory {
  kind = 'directory' as const
  mode: number
  uid = 0
  gid = 0
  mtime: number
  size?: number
  links?: number
  #entries: Map<string, Inode | null> | null = null
  readonly #base: Directory | null

  /** @param base what shows where nothing was changed: the layers of an image */
  constructor(mode: number, mtime: number, base: Directory | null = null) {
    this.mode = mode
    this.mtime = mtime
    this.#base = base
    if (base?.size !== undefined) this.size = base.size
  }

  lookup(name: string, reader: Reader = null): Inode | undefined {
    const own = this.#entries?.get(name)
    if (own !== undefined) return own ?? undefined
    const below = this.#base?.lookup(name, reader)
    if (!below) return undefined
    const copy = copyUp(below)
    this.#own().set(name, copy)
    return copy
  }

  names(reader: Reader = null): string[] {
    const names = new Set(this.#base?.names(reader))
    for (const [name, inode] of this.#entries ?? []) {
      if (inode) names.add(name)
      else names.delete(name)
    }
    return [...names]
  }

  /** Whether it shows a directory of a layer below. */
  get isOfLayer(): boolean {
    return this.#base !== null
  }

  /** What was made, changed or looked at here, without what only the layer below has. */
  ownEntry(name: string): Inode | undefined {
    return this.#entries?.get(name) ?? undefined
  }

  ownEntries(): Inode[] {
    return [...(this.#entries?.values() ?? [])].filter((inode) => inode !== null)
  }

  add(name: string, inode: Inode): void {
    this.#changed()
    this.#own().set(name, inode)
  }

  remove(name: string): void {
    this.#changed()
    if (this.#base?.lookup(name, null)) this.#own().set(name, null)
    else this.#entries?.delete(name)
  }

  /** A directory of several layers has one link (overlayfs). */
  #changed(): void {
    if (this.#base) this.links = 1
  }

  #own(): Map<string, Inode | null> {
    this.#entries ??= new Map()
    return this.#entries
  }
}

/** Bytes of the files that were made or changed above the layers of an image. */
export function writtenBelow(inode: Inode): number {
  if (inode.kind === 'file') return inode.layerMtime === inode.mtime ? 0 : inode.content.size
  if (!(inode instanceof MemoryDirectory)) return 0
  return inode.ownEntries().reduce((sum, child) => sum + writtenBelow(child), 0)
}

/** The upper layer of a container's root: only what differs from its image, as the snapshotter overlayfs keeps it on disk. */
export class UpperDirectory implements Directory {
  kind = 'directory' as const
  readonly #of: MemoryDirectory

  constructor(of: MemoryDirectory) {
    this.#of = of
  }

  get mode(): number {
    return this.#of.mode
  }
  get uid(): number {
    return this.#of.uid
  }
  get gid(): number {
    return this.#of.gid
  }
  get mtime(): number {
    return this.#of.mtime
  }

  names(): string[] {
    return this.#of.names(null).filter((name) => this.lookup(name) !== undefined)
  }

  lookup(name: string): Inode | undefined {
    const inode = this.#of.ownEntry(name)
    if (!inode || !isWritten(inode)) return undefined
    return inode instanceof MemoryDirectory ? new UpperDirectory(inode) : inode
  }
}

/** Whether an entry, or something below it, is not the image's. */
function isWritten(inode: Inode): boolean {
  if (inode.kind === 'file') return inode.layerMtime !== inode.mtime
  if (!(inode instanceof MemoryDirectory)) return false
  return !inode.isOfLayer || inode.ownEntries().some(isWritten)
}

function copyUp(inode: Inode): Inode {
  if (inode.kind === 'directory') {
    const copy = new MemoryDirectory(inode.mode, inode.mtime, inode)
    copy.uid = inode.uid
    copy.gid = inode.gid
    return copy
  }
  if (inode.kind === 'file')
    return { ...inode, layerMtime: inode.mtime, content: inode.program ? inode.content : inode.content.clone() }
  return { ...inode }
}
