import { MachineError } from '../machineError.ts'
import { linkTarget } from './inode.ts'
import type { Directory, Inode, Reader } from './inode.ts'

/** The superblock: what a mount shows a part of. */
export interface FileSystem {
  type: string
  /** st_dev as mountinfo shows it: 0:31 */
  device: string
  /** Options of the superblock as mountinfo shows them after the hyphen. */
  superOptions: string
  /** Limit of a tmpfs; null: as large as the kernel lets it be. */
  sizeBytes: number | null
  /** Bytes written and held in memory: tmpfs, devtmpfs. Charged to whoever writes. */
  inMemory: boolean
  usedBytes: number
  /** The machine whose memory holds the files of an inMemory one. */
  owner: unknown
}

export interface Mount {
  id: number
  parent: number
  /** Where it is, in its namespace. */
  point: string
  root: Inode
  /** Path of the root within its file system. */
  rootPath: string
  fs: FileSystem
  source: string
  options: string
  readonly: boolean
  /** Mounts that another namespace has below this tree show through (virtiofs: what the host mounts later is seen in the guest). */
  live: { namespace: MountNamespace; base: string } | null
}

export interface Location {
  namespace: MountNamespace
  /** Absolute in the namespace, without symbolic links. */
  path: string
  mount: Mount
  fs: FileSystem
  inode: Inode
  /** null for a mount's root at "/" */
  parent: Directory | null
  name: string
}

/** A name that does not exist in a directory which does. */
export interface Missing {
  namespace: MountNamespace
  path: string
  mount: Mount
  fs: FileSystem
  inode: null
  parent: Directory
  name: string
}

/** Errors cost a stack trace; a search on PATH makes many that nobody reads. */
const NOTHING_THERE = new MachineError('ENOENT', 'No such file or directory')

export interface ResolveOptions {
  cwd?: string
  root?: string
  follow?: boolean
}

export class MountNamespace {
  readonly id: number
  readonly mounts: Mount[] = []
  /** tmpfs that live and die with it. */
  readonly ownFileSystems: FileSystem[] = []
  readonly #byPoint = new Map<string, Mount>()
  /** How many mounts have a point of that last name: nearly every step of nearly every path asks for a mount where none is. */
  readonly #names = new Map<string, number>()

  constructor(id: number) {
    this.id = id
  }

  add(mount: Mount): void {
    this.mounts.push(mount)
    this.#byPoint.set(mount.point, mount)
    this.#count(mount.point, 1)
  }

  at(point: string): Mount | undefined {
    return this.#byPoint.get(point)
  }

  /** False: no mount is at a path that ends in that name. */
  mayMount(name: string): boolean {
    return this.#names.has(name)
  }

  #count(point: string, change: number): void {
    const name = point.slice(point.lastIndexOf('/') + 1)
    const count = (this.#names.get(name) ?? 0) + change
    if (count > 0) this.#names.set(name, count)
    else this.#names.delete(name)
  }

  remove(point: string): boolean {
    const top = this.#byPoint.get(point)
    if (!top) return false
    this.mounts.splice(this.mounts.indexOf(top), 1)
    this.#count(point, -1)
    const below = this.mounts.filter((mount) => mount.point === point).pop()
    if (below) this.#byPoint.set(point, below)
    else this.#byPoint.delete(point)
    return true
  }

  /** Mounts strictly below a path, in order. */
  below(path: string): Mount[] {
    const prefix = path === '/' ? '/' : `${path}/`
    return this.mounts.filter((mount) => mount.point !== path && mount.point.startsWith(prefix))
  }

  /**
   * The place that a path leads to.
   * @param from directory of a relative path, and the root that ".." cannot leave
   * @throws MachineError ENOENT when a directory on the way is missing, ENOTDIR, ELOOP
   */
  resolve(path: string, reader: Reader, options: ResolveOptions = {}): Location | Missing {
    const found = walk(this, path, reader, options)
    if (found instanceof Error) throw found
    return found
  }

  /** The same for a search that mostly fails: null where nothing is there. */
  search(path: string, reader: Reader, options: ResolveOptions = {}): Location | null {
    const found = walk(this, path, reader, options)
    return found instanceof Error || !found.inode ? null : found
  }
}

function walk(
  start: MountNamespace,
  path: string,
  reader: Reader,
  { cwd = '/', root: startRoot = '', follow = true }: ResolveOptions,
): Location | Missing | MachineError {
  let namespace = start
  let root = startRoot
  let links = 0
  let todo = partsOf(path)
  if (!path.startsWith('/') && cwd !== '/') todo = [...partsOf(cwd), ...todo]
  const mustBeDirectory = path.endsWith('/') && path.length > 1
  let stack: Location[] = [rootOf(namespace, root, reader)]
  for (let index = 0; index < todo.length; index++) {
    const name = todo[index] as string
    const here = stack[stack.length - 1] as Location
    if (name === '..') {
      if (stack.length > 1) stack.pop()
      continue
    }
    if (here.inode.kind !== 'directory') return new MachineError('ENOTDIR', 'Not a directory')
    const last = index === todo.length - 1
    const next = step(namespace, here, name, reader)
    if (!next) {
      if (!last) return NOTHING_THERE
      const missing = `${here.path === '/' ? '' : here.path}/${name}`
      return { namespace, path: missing, mount: here.mount, fs: here.fs, inode: null, parent: here.inode, name }
    }
    if (next.inode.kind === 'symlink' && (!last || follow || mustBeDirectory)) {
      if (++links > 40) return new MachineError('ELOOP', 'Too many levels of symbolic links')
      if (next.inode.jump) {
        const place = next.inode.jump(reader)
        if (!place) return NOTHING_THERE
        namespace = place.namespace
        root = place.path === '/' ? '' : place.path
        stack = [place]
        continue
      }
      if (next.inode.open && last) {
        stack.push(next)
        continue
      }
      const target = linkTarget(next.inode, reader)
      const rest = todo.slice(index + 1)
      todo = [...partsOf(target), ...rest]
      index = -1
      if (target.startsWith('/')) stack = [rootOf(namespace, root, reader)]
      continue
    }
    stack.push(next)
  }
  const found = stack[stack.length - 1] as Location
  if (mustBeDirectory && found.inode.kind !== 'directory') return new MachineError('ENOTDIR', 'Not a directory')
  return found
}

function partsOf(path: string): string[] {
  const parts: string[] = []
  for (let from = 0; from < path.length;) {
    let end = path.indexOf('/', from)
    if (end < 0) end = path.length
    if (end > from && !(end === from + 1 && path[from] === '.')) parts.push(path.slice(from, end))
    from = end + 1
  }
  return parts
}

function rootOf(namespace: MountNamespace, root: string, reader: Reader): Location {
  if (root !== '') {
    const place = walk(namespace, root, reader, {})
    if (!(place instanceof Error) && place.inode) return place
  }
  const mount = namespace.at('/')
  if (!mount) throw new MachineError('ENOENT', 'No such file or directory')
  return { namespace, path: '/', mount, fs: mount.fs, inode: mount.root, parent: null, name: '/' }
}

function step(namespace: MountNamespace, here: Location, name: string, reader: Reader): Location | null {
  const path = here.path === '/' ? `/${name}` : `${here.path}/${name}`
  const parent = here.inode as Directory
  const mount = namespace.mayMount(name) ? namespace.at(path) : undefined
  if (mount) return { namespace, path, mount, fs: mount.fs, inode: mount.root, parent, name }
  const through = here.mount.live
  if (through?.namespace.mayMount(name)) {
    const inside = here.mount.point === '/' ? path : path.slice(here.mount.point.length)
    const shown = through.namespace.at(through.base + inside)
    if (shown) return { namespace, path, mount: here.mount, fs: shown.fs, inode: shown.root, parent, name }
  }
  const inode = parent.lookup(name, reader)
  return inode ? { namespace, path, mount: here.mount, fs: here.fs, inode, parent, name } : null
}
