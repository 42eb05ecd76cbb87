import { Content } from './content.ts'
import type { Process } from '../kernel/process.ts'
import type { Location } from './mountNamespace.ts'
import type { OpenFile } from './openFile.ts'

/** Who looks: a virtual file answers by the reader's namespaces. null is the machine's own root, outside any process. */
export type Reader = Process | null

interface Common {
  mode: number
  uid: number
  gid: number
  /** ms of the simulation's clock */
  mtime: number
}

export interface Directory extends Common {
  kind: 'directory'
  lookup(name: string, reader: Reader): Inode | undefined
  names(reader: Reader): string[]
  /** Absent where nothing can be created or removed (/proc, /sys). */
  add?(name: string, inode: Inode): void
  remove?(name: string): void
  /** Number of links to show, where it does not follow from the subdirectories. */
  links?: number
  /** What stat says; 4096 on a disk, 0 in a virtual file system, entries × 20 in a tmpfs. */
  size?: number
}

/** What an executable file does when it is run: an applet of busybox or a program of the node. */
export interface Program {
  name: string
  run(process: Process, argv: string[]): number | Promise<number>
  /** Shells interpret; busybox runs some applets inside the shell's process image, so that /proc/PID/cmdline stays the shell's. */
  noExec?: boolean
}

export interface RegularFile extends Common {
  kind: 'file'
  content: Content
  program?: Program
  /** Size to show when the content is only a stand-in (programs). */
  shownSize?: number
  /** Of the layer below: unchanged while the time is. */
  layerMtime?: number
}

/** A file whose text is made when it is read. */
export interface VirtualFile extends Common {
  kind: 'virtual'
  generate(reader: Reader): string | Uint8Array
  /** Size to show; 0 for most. */
  size?: number
  /** Absent: not writable. Throws MachineError to refuse. */
  store?(text: string, reader: Reader): void
}

export interface Symlink extends Common {
  kind: 'symlink'
  target: string | ((reader: Reader) => string)
  /** A magic link of /proc leads to a place, whatever its text says. */
  jump?: (reader: Reader) => Location | null
  /** /proc/PID/fd/N: the open file itself. */
  open?: (reader: Reader) => OpenFile | null
}

export interface Device extends Common {
  kind: 'characterDevice' | 'blockDevice'
  major: number
  minor: number
}

export interface Special extends Common {
  kind: 'socket' | 'fifo'
  pipe?: unknown
}

export type Inode = Directory | RegularFile | VirtualFile | Symlink | Device | Special

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

/** A directory which is made anew on each look: of /proc and /sys. */
export class VirtualDirectory implements Directory {
  kind = 'directory' as const
  mode: number
  uid = 0
  gid = 0
  mtime: number
  size = 0
  links?: number
  lookup: (name: string, reader: Reader) => Inode | undefined
  names: (reader: Reader) => string[]

  constructor(
    mtime: number,
    names: (reader: Reader) => string[],
    lookup: (name: string, reader: Reader) => Inode | undefined,
    mode = 0o555,
  ) {
    this.mtime = mtime
    this.names = names
    this.lookup = lookup
    this.mode = mode
  }
}

/** A directory whose contents are worked out when somebody first looks: most mounts of most containers are never looked at. */
export class LazyDirectory implements Directory {
  kind = 'directory' as const
  mode: number
  uid = 0
  gid = 0
  mtime: number
  size = 0
  readonly #make: () => Directory
  #made: Directory | null = null

  constructor(mtime: number, make: () => Directory, mode = 0o555) {
    this.mtime = mtime
    this.mode = mode
    this.#make = make
  }

  lookup(name: string, reader: Reader): Inode | undefined {
    return this.#directory().lookup(name, reader)
  }

  names(reader: Reader): string[] {
    return this.#directory().names(reader)
  }

  #directory(): Directory {
    this.#made ??= this.#make()
    return this.#made
  }
}

/** A fixed set of virtual entries, each made when it is looked up. */
export function virtualDirectory(mtime: number, entries: Record<string, () => Inode>, mode = 0o555): Directory {
  return new VirtualDirectory(
    mtime,
    () => Object.keys(entries),
    (name) => (Object.hasOwn(entries, name) ? entries[name]?.() : undefined),
    mode,
  )
}

export function virtualFile(
  mtime: number,
  generate: (reader: Reader) => string | Uint8Array,
  store?: (text: string, reader: Reader) => void,
  mode = store ? 0o644 : 0o444,
): VirtualFile {
  return store
    ? { kind: 'virtual', mode, uid: 0, gid: 0, mtime, generate, store }
    : { kind: 'virtual', mode, uid: 0, gid: 0, mtime, generate }
}

export function regularFile(data: string | Uint8Array, mtime: number, mode = 0o644): RegularFile {
  return { kind: 'file', mode, uid: 0, gid: 0, mtime, content: Content.of(data) }
}

export function symlink(target: string | ((reader: Reader) => string), mtime: number): Symlink {
  return { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target }
}

export function device(kind: Device['kind'], major: number, minor: number, mtime: number, mode = 0o666): Device {
  return { kind, mode, uid: 0, gid: 0, mtime, major, minor }
}

export function sizeOf(inode: Inode, reader: Reader): number {
  if (inode.kind === 'file') return inode.shownSize ?? inode.content.size
  if (inode.kind === 'virtual') return inode.size ?? 0
  if (inode.kind === 'symlink')
    return inode.jump || typeof inode.target === 'function' ? 0 : linkTarget(inode, reader).length
  if (inode.kind === 'directory') return inode.size ?? 4096
  return 0
}

export function linkTarget(link: Symlink, reader: Reader): string {
  return typeof link.target === 'string' ? link.target : link.target(reader)
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
