import { MachineError } from '../machineError.ts'
import type { Process } from '../kernel/process.ts'
import { Content } from './content.ts'
import { openDevice } from './devices.ts'
import { MemoryDirectory } from './memoryDirectory.ts'
import type { Device, Directory, Inode, RegularFile, Special, VirtualFile } from './inode.ts'
import type { FileSystem, Location, Missing } from './mountNamespace.ts'
import type { OpenFile } from './openFile.ts'
import { Pipe } from './streams.ts'

const DAC_OVERRIDE = 1
const CACHED_ABOVE_BYTES = 64 * 1024
const S_ISVTX = 0o1000

export interface OpenFlags {
  write?: boolean
  create?: boolean
  truncate?: boolean
  append?: boolean
}

export function place(process: Process, path: string, follow = true): Location | Missing {
  process.check()
  if (path === '') throw new MachineError('ENOENT', 'No such file or directory')
  const { cwd, root, mountNs } = process.context
  return mountNs.resolve(path, process, { cwd, root, follow })
}

/** @throws MachineError ENOENT when nothing is there */
export function find(process: Process, path: string, follow = true): Location {
  const found = place(process, path, follow)
  if (!found.inode) throw new MachineError('ENOENT', 'No such file or directory')
  return found
}

export function allowed(process: Process, inode: Inode, want: 4 | 2 | 1): boolean {
  if (process.uid === 0 && process.can(DAC_OVERRIDE))
    return want !== 1 || inode.kind === 'directory' || (inode.mode & 0o111) !== 0
  const { uid, gid, groups } = process.context
  const shift = inode.uid === uid ? 6 : inode.gid === gid || groups.includes(inode.gid) ? 3 : 0
  return ((inode.mode >> shift) & want) === want
}

/** @throws MachineError as open(2) */
export function openFile(process: Process, path: string, flags: OpenFlags = {}): OpenFile {
  const found = place(process, path)
  if (!found.inode) {
    if (!flags.create) throw new MachineError('ENOENT', 'No such file or directory')
    const inode = createFile(process, found)
    return regular(process, { ...found, inode }, inode, flags)
  }
  const { inode } = found
  if (inode.kind === 'symlink' && inode.open) {
    const file = inode.open(process)
    if (!file) throw new MachineError('ENXIO', 'No such device or address')
    return file.location ? openAgain(process, file, flags) : file
  }
  if (inode.kind === 'directory') throw new MachineError('EISDIR', 'Is a directory')
  if (inode.kind === 'socket') throw new MachineError('ENXIO', 'No such device or address')
  if (flags.write && isReadonly(found) && (inode.kind === 'file' || inode.kind === 'virtual')) throw readOnly()
  if (flags.write ? !allowed(process, inode, 2) : !allowed(process, inode, 4))
    throw new MachineError('EACCES', 'Permission denied')
  if (inode.kind === 'virtual') return virtual(process, found, inode, flags)
  if (inode.kind === 'file') return regular(process, found, inode, flags)
  if (inode.kind === 'fifo') return fifo(process, inode, flags)
  if (inode.kind === 'symlink') throw new MachineError('ELOOP', 'Too many levels of symbolic links')
  const file = openDevice(process, inode as Device, found.path)
  file.location = found
  return file
}

function openAgain(process: Process, file: OpenFile, flags: OpenFlags): OpenFile {
  const { inode } = file.location as Location
  if (inode.kind === 'file') return regular(process, file.location as Location, inode, flags)
  if (inode.kind === 'virtual') return virtual(process, file.location as Location, inode, flags)
  return file
}

function createFile(process: Process, at: Missing): RegularFile {
  const inode: RegularFile = { kind: 'file', mode: 0o666 & ~process.umask, ...owner(process), content: new Content() }
  link(process, at, inode)
  return inode
}

function owner(process: Process): { uid: number; gid: number; mtime: number } {
  return { uid: process.uid, gid: process.context.gid, mtime: process.kernel.timers.now() }
}

/** Puts a new inode where nothing is. @throws MachineError EROFS, EACCES, EPERM */
export function link(process: Process, at: Missing, inode: Inode): void {
  writable(process, at, at.parent)
  inheritGroup(at.parent, inode)
  at.parent.add?.(at.name, inode)
  at.parent.mtime = process.kernel.timers.now()
}

/** What is made in a directory with the set-group-ID bit belongs to its group; a directory hands the bit on (inode(7)). */
function inheritGroup(parent: Directory, inode: Inode): void {
  if ((parent.mode & 0o2000) === 0) return
  inode.gid = parent.gid
  if (inode.kind === 'directory') inode.mode |= 0o2000
}

function writable(process: Process, at: Location | Missing, directory: Directory): void {
  if (isReadonly(at)) throw readOnly()
  if (!directory.add)
    throw new MachineError(
      at.fs.type === 'proc' ? 'ENOENT' : 'EPERM',
      at.fs.type === 'proc' ? 'No such file or directory' : 'Operation not permitted',
    )
  if (!allowed(process, directory, 2)) throw new MachineError('EACCES', 'Permission denied')
}

export function isReadonly(at: { mount: Location['mount'] }): boolean {
  return at.mount.readonly
}

export function readOnly(): MachineError {
  return new MachineError('EROFS', 'Read-only file system')
}

export function makeDirectory(process: Process, path: string, mode = 0o777 & ~process.umask): void {
  const at = place(process, path.replace(/\/+$/, '') || '/')
  if (at.inode) throw new MachineError('EEXIST', 'File exists')
  const directory = new MemoryDirectory(mode, process.kernel.timers.now())
  directory.uid = process.uid
  directory.gid = process.context.gid
  if (at.fs.inMemory) directory.size = 40
  link(process, at, directory)
}

export function makeNode(process: Process, path: string, inode: Inode): void {
  const at = place(process, path, false)
  if (at.inode) throw new MachineError('EEXIST', 'File exists')
  inode.uid = process.uid
  inode.gid = process.context.gid
  link(process, at, inode)
}

/** unlink and rmdir. @throws MachineError ENOENT, EBUSY for a mount point, ENOTEMPTY, EROFS, EACCES, EPERM */
export function remove(process: Process, path: string): void {
  const at = find(process, path.replace(/(.)\/+$/, '$1'), false)
  const { parent } = at
  if (!parent || at.mount.point === at.path) throw new MachineError('EBUSY', 'Device or resource busy')
  if (isReadonly(at)) throw readOnly()
  if (!parent.remove) throw new MachineError('EPERM', 'Operation not permitted')
  if (!allowed(process, parent, 2)) throw new MachineError('EACCES', 'Permission denied')
  const sticky =
    (parent.mode & S_ISVTX) !== 0 && process.uid !== 0 && process.uid !== at.inode.uid && process.uid !== parent.uid
  if (sticky) throw new MachineError('EPERM', 'Operation not permitted')
  if (at.inode.kind === 'directory' && at.inode.names(process).length > 0)
    throw new MachineError('ENOTEMPTY', 'Directory not empty')
  parent.remove(at.name)
  parent.mtime = process.kernel.timers.now()
  if (at.inode.kind === 'file') release(process, at.fs, at.inode)
}

/** @throws MachineError EXDEV between file systems */
export function rename(process: Process, from: string, to: string): void {
  const source = find(process, from, false)
  if (!source.parent || source.mount.point === source.path) throw new MachineError('EBUSY', 'Device or resource busy')
  const target = place(process, to, false)
  if (target.fs !== source.fs || target.mount !== source.mount)
    throw new MachineError('EXDEV', 'Invalid cross-device link')
  if (target.inode === source.inode) return
  if (target.inode) remove(process, to)
  const at = target.inode ? (place(process, to, false) as Missing) : target
  writable(process, source, source.parent)
  link(process, at, source.inode)
  source.parent.remove?.(source.name)
}

/** Memory of a tmpfs that goes with the file. */
function release(process: Process, fs: FileSystem, inode: RegularFile): void {
  process.kernel.pageCache.forget(inode)
  charge(process, fs, -inode.content.size)
}

function charge(process: Process, fs: FileSystem, bytes: number): void {
  if (!fs.inMemory || bytes === 0) return
  const { kernel } = process
  const limit = fs.sizeBytes ?? (kernel.memory.totalKiB * 1024) / 2
  if (bytes > 0 && fs.usedBytes + bytes > limit) throw new MachineError('ENOSPC', 'No space left on device')
  const kib = Math.ceil((fs.usedBytes + bytes) / 1024) - Math.ceil(fs.usedBytes / 1024)
  fs.usedBytes = Math.max(0, fs.usedBytes + bytes)
  const host = fs.owner as typeof kernel
  if (host === kernel) {
    if (kib > 0) kernel.memory.charge(process, process.cgroup, kib, 'shmem')
    else kernel.memory.release(process, process.cgroup, -kib, 'shmem')
    process.check()
  } else if (kib > 0) host.memory.charge(null, host.rootCgroup, kib, 'shmem')
  else host.memory.release(null, host.rootCgroup, -kib, 'shmem')
}

function regular(process: Process, location: Location, inode: RegularFile, flags: OpenFlags): OpenFile {
  if (flags.truncate && flags.write && inode.content.size > 0) {
    release(process, location.fs, inode)
    inode.content = new Content()
    inode.mtime = process.kernel.timers.now()
  }
  const file: OpenFile = {
    references: 0,
    location,
    position: 0,
    read(max) {
      const data = inode.content.read(file.position ?? 0, max)
      if (data.length === 0) return null
      file.position = (file.position ?? 0) + data.length
      if (inode.content.size >= CACHED_ABOVE_BYTES) process.kernel.pageCache.add(inode, file.position, location.fs)
      return data
    },
    write(data) {
      if (!flags.write) throw new MachineError('EBADF', 'Bad file descriptor')
      const at = flags.append ? inode.content.size : (file.position ?? 0)
      const growth = Math.max(0, at + data.length - inode.content.size)
      charge(process, location.fs, growth)
      inode.content.write(at, data)
      inode.mtime = process.kernel.timers.now()
      file.position = at + data.length
      if (inode.content.size >= CACHED_ABOVE_BYTES) process.kernel.pageCache.add(inode, file.position, location.fs)
    },
    close: () => undefined,
    describe: () => location.path,
  }
  return file
}

function virtual(process: Process, location: Location, inode: VirtualFile, flags: OpenFlags): OpenFile {
  let content: Uint8Array | null = null
  if (flags.write && !inode.store) throw new MachineError('EACCES', 'Permission denied')
  const file: OpenFile = {
    references: 0,
    location,
    position: 0,
    read(max) {
      if (content === null) {
        process.kernel.reader = process
        const made = inode.generate(process)
        content = typeof made === 'string' ? Buffer.from(made) : made
      }
      const at = file.position ?? 0
      if (at >= content.length) return null
      const data = content.subarray(at, at + max)
      file.position = at + data.length
      return data
    },
    write(data) {
      process.kernel.reader = process
      inode.store?.(Buffer.from(data).toString(), process)
    },
    close: () => undefined,
    describe: () => location.path,
  }
  return file
}

function fifo(process: Process, inode: Special, flags: OpenFlags): OpenFile {
  let pipe = inode.pipe as Pipe | undefined
  if (!pipe) {
    pipe = new Pipe(process.kernel.takeNumber())
    inode.pipe = pipe
  }
  if (!flags.write) return pipe.readEnd
  const end = pipe.writeEnd
  return {
    ...end,
    references: 0,
    close: () => {
      inode.pipe = undefined
      end.close()
    },
  }
}

/** The whole file as text; virtual files are made now. @throws MachineError */
export async function readFile(process: Process, path: string): Promise<string> {
  const file = openFile(process, path)
  const chunks: Uint8Array[] = []
  for (let chunk = await file.read(1 << 20); chunk; chunk = await file.read(1 << 20)) chunks.push(chunk)
  if (file.references === 0 && !file.pipe) file.close()
  return Buffer.concat(chunks).toString()
}

/** The whole file at once, where that is possible: regular and virtual files. @throws MachineError */
export function readNow(process: Process, path: string): string {
  const { inode } = find(process, path)
  if (inode.kind === 'directory') throw new MachineError('EISDIR', 'Is a directory')
  if (!allowed(process, inode, 4)) throw new MachineError('EACCES', 'Permission denied')
  process.kernel.reader = process
  if (inode.kind === 'virtual') return Buffer.from(inode.generate(process)).toString()
  return inode.kind === 'file' ? inode.content.text() : ''
}
