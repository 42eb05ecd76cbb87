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
