import { MachineError } from '../machineError.ts'
import type { MachineCommand } from '../machineCommand.ts'
import type { MachineFiles } from '../machineFiles.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { commandProgram } from '../applets/machineCommand.ts'
import { Content } from './content.ts'
import { device, regularFile, symlink, virtualFile } from './inode.ts'
import { MemoryDirectory } from './memoryDirectory.ts'
import type { Directory, Inode, RegularFile } from './inode.ts'
import type { FileSystem, Location, Missing, MountNamespace } from './mountNamespace.ts'

const ERROR_TEXTS: Record<string, string> = {
  ENODEV: 'No such device',
  EACCES: 'Permission denied',
  EIO: 'Input/output error',
  ENXIO: 'No such device or address',
  EBUSY: 'Device or resource busy',
}

/** The machine's own tree, as its root user sees it without being a process. */
export class RootFiles implements MachineFiles {
  readonly kernel: Kernel

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  get #now(): number {
    return this.kernel.timers.now()
  }

  get namespace(): MountNamespace {
    return this.kernel.rootMounts
  }

  /** null when a directory on the way or the file itself is missing */
  locate(path: string, follow = true): Location | null {
    try {
      const found = this.namespace.resolve(path, null, { follow })
      return found.inode ? found : null
    } catch {
      return null
    }
  }

  write(path: string, content: string | Uint8Array, mode?: number): void {
    const at = this.#parentOf(path)
    if (at.inode?.kind === 'file') {
      this.#charge(at.fs, content.length - at.inode.content.size)
      at.inode.content = Content.of(content)
      at.inode.mtime = this.#now
      if (mode !== undefined) at.inode.mode = mode
    } else if (at.inode?.kind === 'virtual' && at.inode.store) at.inode.store(content.toString(), null)
    else {
      this.#charge(at.fs, content.length)
      this.#put(path, regularFile(content, this.#now, mode ?? 0o644))
    }
  }

  read(path: string): Uint8Array | null {
    const inode = this.locate(path)?.inode
    if (inode?.kind === 'file') return inode.content.bytes()
    if (inode?.kind === 'virtual') return Buffer.from(inode.generate(null))
    return null
  }

  mkdir(path: string, mode = 0o755): void {
    const parts = path.split('/').filter((part) => part !== '')
    let made = ''
    for (const [index, part] of parts.entries()) {
      made += `/${part}`
      if (this.locate(made)) continue
      this.#put(made, new MemoryDirectory(index === parts.length - 1 ? mode : 0o755, this.#now))
    }
  }

  symlink(target: string, path: string): void {
    this.#put(path, symlink(target, this.#now))
  }

  mknod(path: string, type: 'b' | 'c', major: number, minor: number): void {
    this.kernel.deviceNumbers.add(`${type}${major}:${minor}`)
    this.#put(path, device(type === 'b' ? 'blockDevice' : 'characterDevice', major, minor, this.#now, 0o660))
  }

  remove(path: string): void {
    const found = this.locate(path, false)
    if (!found?.parent?.remove) return
    for (const mount of this.namespace.below(found.path)) this.namespace.remove(mount.point)
    while (this.namespace.remove(found.path));
    this.#charge(found.fs, -this.#bytesBelow(found.inode))
    found.parent.remove(found.name)
  }

  list(path: string): string[] {
    const inode = this.locate(path)?.inode
    return inode?.kind === 'directory' ? inode.names(null).sort() : []
  }

  kindOf(path: string): ReturnType<MachineFiles['kindOf']> {
    const found = this.locate(path, false)?.inode
    if (!found) return null
    if (found.kind === 'symlink') return 'symlink'
    if (found.kind === 'virtual' || found.kind === 'fifo') return 'file'
    return found.kind
  }

  mount(
    path: string,
    from: Parameters<MachineFiles['mount']>[1],
    options: { fstype?: string; readonly?: boolean } = {},
  ): void {
    if (!this.locate(path)) this.mkdir(path)
    const point = (this.locate(path) as Location).path
    const readonly = options.readonly ?? false
    const common = { id: this.kernel.takeMountId(), parent: 1, point, readonly }
    if ('tmpfs' in from) {
      const size = from.sizeBytes === null ? '' : `,size=${Math.round(from.sizeBytes / 1024)}k`
      const fs = this.kernel.fileSystem('tmpfs', {
        sizeBytes: from.sizeBytes,
        inMemory: true,
        superOptions: `rw${size}`,
      })
      const root = new MemoryDirectory(0o1777, this.#now)
      root.size = 40
      this.namespace.add({
        ...common,
        root,
        rootPath: '/',
        fs,
        source: 'tmpfs',
        options: `${readonly ? 'ro' : 'rw'},relatime${size}`,
        live: null,
      })
      return
    }
    if ('inode' in from) {
      const fs = this.kernel.fileSystem(options.fstype ?? 'overlay', { superOptions: from.options })
      const { source, options: shown } = from
      this.namespace.add({
        ...common,
        root: from.inode as Inode,
        rootPath: '/',
        fs,
        source,
        options: shown,
        live: null,
      })
      return
    }
    const place = (from.files as RootFiles).locate(from.path)
    if (!place) throw new MachineError('ENOENT', 'No such file or directory')
    const other = (from.files as RootFiles).namespace
    const fs =
      other === this.namespace
        ? place.fs
        : {
            ...place.fs,
            type: options.fstype ?? 'virtiofs',
            device: this.kernel.fileSystem('virtiofs').device,
            superOptions: 'rw',
          }
    const source = other === this.namespace ? place.mount.source : 'kataShared'
    this.namespace.add({
      ...common,
      root: place.inode,
      rootPath: place.path,
      fs,
      source,
      options: `${readonly ? 'ro' : 'rw'},relatime`,
      live: { namespace: other, base: place.path === '/' ? '' : place.path },
    })
  }

  unmount(path: string): boolean {
    const found = this.locate(path)
    return found ? this.namespace.remove(found.path) : false
  }

  usage(path: string): number {
    const found = this.locate(path)
    return found ? this.#bytesBelow(found.inode) : 0
  }

  registerCommand(path: string, command: MachineCommand, content = ''): void {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const file: RegularFile = {
      ...regularFile(content, this.#now, 0o755),
      program: commandProgram(name, command),
      shownSize: 1_048_576,
    }
    this.#put(path, file)
  }

  virtual(path: string, generate: () => string | Uint8Array): void {
    this.#put(path, virtualFile(this.#now, generate))
  }

  diskBytes(path: string): number | null {
    const inode = this.locate(path)?.inode
    return inode?.kind === 'blockDevice' ? (this.kernel.disks.of(inode)?.sizeBytes ?? null) : null
  }

  place(path: string, inode: unknown): void {
    this.#put(path, inode as Inode)
  }

  inodeOf(path: string): Inode | undefined {
    return this.locate(path)?.inode
  }

  failOpen(path: string, errno: Parameters<MachineFiles['failOpen']>[1]): void {
    const inode = this.locate(path)?.inode
    if (inode?.kind !== 'characterDevice' && inode?.kind !== 'blockDevice')
      throw new MachineError('ENOENT', `${path} is not a device of this machine`)
    const key = `${inode.kind === 'blockDevice' ? 'b' : 'c'}${(inode as { major: number }).major}:${(inode as { minor: number }).minor}`
    if (errno === null) this.kernel.deviceErrors.delete(key)
    else this.kernel.deviceErrors.set(key, new MachineError(errno, ERROR_TEXTS[errno] as string))
  }

  #parentOf(path: string): Location | Missing {
    const slash = path.lastIndexOf('/')
    if (slash > 0 && !this.locate(path.slice(0, slash))) this.mkdir(path.slice(0, slash))
    return this.namespace.resolve(path, null)
  }

  /** Puts an inode at a path, whatever was there. Below /proc and /sys it joins what is there by nature. */
  #put(path: string, inode: Inode): void {
    const extra = /^\/(proc|sys)\/(?!fs\/cgroup\/)/.exec(path)
    if (extra)
      return putBelow(
        extra[1] === 'proc' ? this.kernel.procExtras : this.kernel.sysExtras,
        path.slice(extra[0].length),
        inode,
        this.#now,
      )
    const slash = path.lastIndexOf('/')
    const directory = slash <= 0 ? '/' : path.slice(0, slash)
    if (!this.locate(directory)) this.mkdir(directory)
    const at = this.namespace.resolve(path, null, { follow: false })
    const parent = at.parent
    if (!parent?.add) {
      // A directory of a cgroup file system is a cgroup.
      if (inode.kind === 'directory' && at.fs.type.startsWith('cgroup'))
        this.kernel.rootCgroup.make(path.replace(/^\/sys\/fs\/cgroup/, ''), this.#now)
      else throw new MachineError('EPERM', `nothing can be created in ${directory}`)
      return
    }
    parent.add(at.name, inode)
    parent.mtime = this.#now
  }

  #charge(fs: FileSystem, bytes: number): void {
    if (!fs.inMemory) return
    fs.usedBytes = Math.max(0, fs.usedBytes + bytes)
    const { memory, rootCgroup } = fs.owner as Kernel
    if (bytes > 0) memory.charge(null, rootCgroup, bytes / 1024, 'shmem')
    else memory.release(null, rootCgroup, -bytes / 1024, 'shmem')
  }

  #bytesBelow(inode: Inode): number {
    if (inode.kind === 'file') return inode.content.size
    if (inode.kind !== 'directory') return 0
    let sum = 0
    for (const name of inode.names(null)) {
      const child = inode.lookup(name, null)
      if (child) sum += this.#bytesBelow(child)
    }
    return sum
  }
}

function putBelow(root: MemoryDirectory, path: string, inode: Inode, now: number): void {
  let here: Directory = root
  const parts = path.split('/').filter((part) => part !== '')
  for (const part of parts.slice(0, -1)) {
    const next = here.lookup(part, null)
    if (next?.kind === 'directory') here = next
    else {
      const made: MemoryDirectory = new MemoryDirectory(0o555, now)
      made.size = 0
      here.add?.(part, made)
      here = made
    }
  }
  const name = parts[parts.length - 1] as string
  if (inode.kind !== 'directory' || !here.lookup(name, null)) here.add?.(name, inode)
}
