import { MachineError } from '../machineError.ts'
import type { ContainerMount, MachineContainerSpec } from '../machineContainer.ts'
import { device, regularFile } from '../fs/inode.ts'
import { MemoryDirectory } from '../fs/memoryDirectory.ts'
import type { Directory } from '../fs/inode.ts'
import { MountNamespace } from '../fs/mountNamespace.ts'
import type { FileSystem, Location, Mount } from '../fs/mountNamespace.ts'
import { fillDev, ptsRoot } from '../fs/systemMounts.ts'
import type { Cgroup } from '../kernel/cgroup.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { IpcNs, NetNs, PidNs } from '../kernel/namespaces.ts'
import { procRoot } from '../proc/procFs.ts'
import { cgroupRoot } from '../sys/cgroupFs.ts'
import { sysRoot } from '../sys/sysFs.ts'
import { imageTree } from './images.ts'

interface Place {
  kernel: Kernel
  namespace: MountNamespace
  spec: MachineContainerSpec
  cgroupRoot: Cgroup
  now: number
}

/** The mount namespace of a container, mount by mount in the order of its specification. @throws MachineError ENOENT for a missing source, ENOTDIR… */
export function containerMounts(kernel: Kernel, spec: MachineContainerSpec, cgroupTop: Cgroup): MountNamespace {
  const namespace = new MountNamespace(kernel.ids.take())
  const place: Place = { kernel, namespace, spec, cgroupRoot: cgroupTop, now: kernel.timers.now() }
  const { fstype, device: source, options, readonly } = spec.rootfs
  const own = spec.rootfs.source === undefined ? null : sourceOf(kernel, spec.rootfs.source)
  const root = own?.inode ?? new MemoryDirectory(0o755, place.now, imageTree(spec.image))
  if (!own) Object.assign(root, { mtime: place.now, links: 1 })
  const fs = own?.fs ?? kernel.fileSystem(fstype, { superOptions: options })
  add(place, {
    point: '/',
    root,
    rootPath: own?.path ?? '/',
    fs: { ...fs, type: fstype, owner: kernel },
    source,
    options: flags(options, readonly),
    readonly,
  })
  for (const mount of spec.mounts) addMount(place, mount)
  for (const { path, type, major, minor } of spec.devices) {
    const at = ensureParent(place, path)
    const node = device(type === 'b' ? 'blockDevice' : 'characterDevice', major, minor, place.now, 0o660)
    // as the node's own: group disk
    if (type === 'b') node.gid = DISK_GROUP
    at.directory.add?.(at.name, node)
  }
  return namespace
}

/** readonly of the root file system shows as the first option. */
function flags(options: string, readonly: boolean): string {
  return readonly ? options.replace(/^rw\b/, 'ro') : options
}

function add(place: Place, mount: Omit<Mount, 'id' | 'parent' | 'live'> & { live?: Mount['live'] }): void {
  const { namespace, kernel } = place
  let parent = 1
  let longest = -1
  for (const other of namespace.mounts) {
    const within = other.point === '/' || mount.point === other.point || mount.point.startsWith(`${other.point}/`)
    if (!within || other.point.length < longest) continue
    parent = other.id
    longest = other.point.length
  }
  namespace.add({ live: null, ...mount, id: kernel.takeMountId(), parent })
}

function addMount(place: Place, mount: ContainerMount): void {
  const readonly = mount.options.split(',')[0] === 'ro'
  const shown = { source: mount.device, options: mount.options, readonly }
  switch (mount.kind) {
    case 'bind':
      return bind(place, mount, shown)
    case 'tmpfs':
      return tmpfs(place, mount, shown)
    case 'proc':
      return pseudo(place, mount, shown, 'proc', () => procRoot(place.kernel, place.spec.namespaces.pid as PidNs))
    case 'sysfs':
      return pseudo(place, mount, shown, 'sysfs', () => sysRoot(place.kernel, place.spec.namespaces.net as NetNs))
    case 'cgroup':
      return pseudo(place, mount, shown, place.kernel.spec.cgroupVersion === 2 ? 'cgroup2' : 'cgroup', () =>
        cgroupRoot(place.kernel, place.cgroupRoot),
      )
    case 'devpts':
      return pseudo(place, mount, shown, 'devpts', () => ptsRoot(place.now))
    case 'mqueue':
      return pseudo(place, mount, shown, 'mqueue', () => mqueueOf(place))
    case 'devtmpfs': {
      const dev = sourceOf(place.kernel, '/dev')
      const point = ensure(place, mount.destination, true)
      return add(place, { point, root: dev.inode, rootPath: '/', fs: dev.fs, ...shown })
    }
  }
}

function mqueueOf({ spec, now }: Place): MemoryDirectory {
  return ((spec.namespaces.ipc as IpcNs).mqueue ??= memory(now, 0o1777))
}

function memory(now: number, mode: number): MemoryDirectory {
  const directory = new MemoryDirectory(mode, now)
  directory.size = 40
  return directory
}

function bind(
  place: Place,
  mount: ContainerMount & { kind: 'bind' },
  shown: { source: string; options: string; readonly: boolean },
): void {
  const from = sourceOf(place.kernel, mount.source)
  // Runtimes mask a file with /dev/null, a directory with an empty tmpfs.
  if (mount.source === '/dev/null' && mount.fstype === 'tmpfs')
    return tmpfs(place, { ...mount, kind: 'tmpfs', sizeBytes: null }, shown)
  const point = ensure(place, mount.destination, from.inode.kind === 'directory')
  const proc = from.fs.type === 'proc'
  const fs: FileSystem =
    from.fs.type === mount.fstype
      ? from.fs
      : { ...from.fs, type: mount.fstype, inMemory: from.fs.inMemory && mount.fstype === 'tmpfs', owner: from.fs.owner }
  const livesIn = from.mount.live
    ? {
        namespace: from.mount.live.namespace,
        base: from.mount.live.base + from.path.slice(from.mount.point === '/' ? 0 : from.mount.point.length),
      }
    : null
  add(place, { point, root: from.inode, rootPath: relative(from), fs, ...shown, live: proc ? null : livesIn })
  if (from.inode.kind !== 'directory') return
  // rbind: what is mounted below the source now comes along.
  for (const below of place.kernel.rootMounts.below(from.path)) {
    const suffix = from.path === '/' ? below.point : below.point.slice(from.path.length)
    add(place, {
      ...below,
      point: point === '/' ? suffix : point + suffix,
      readonly: below.readonly || shown.readonly,
      options: shown.readonly ? below.options.replace(/^rw\b/, 'ro') : below.options,
    })
  }
}

/** Path of a place within its file system. */
function relative(from: Location): string {
  const inside = from.mount.point === '/' ? from.path : from.path.slice(from.mount.point.length) || '/'
  return from.mount.rootPath === '/' ? inside : from.mount.rootPath + (inside === '/' ? '' : inside)
}

/** A new tmpfs; over a file it is the /dev/null with which runtimes mask it. */
function tmpfs(
  place: Place,
  mount: ContainerMount & { kind: 'tmpfs' },
  shown: { source: string; options: string; readonly: boolean },
): void {
  const over = place.namespace.resolve(mount.destination, null)
  const dev = place.namespace.at('/dev')
  if (over.inode && over.inode.kind !== 'directory') {
    const root = device('characterDevice', 1, 3, dev?.root.mtime ?? place.now)
    return add(place, {
      point: over.path,
      root,
      rootPath: '/null',
      fs: dev?.fs ?? place.kernel.fileSystem('tmpfs'),
      ...shown,
    })
  }
  const mode = /(?:^|,)mode=(\d+)/.exec(mount.options)?.[1]
  const root = memory(place.now, mode ? parseInt(mode, 8) : 0o1777)
  if (mount.destination === '/dev') {
    fillDev(place.kernel, root)
    root.add('ptmx', { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: place.now, target: 'pts/ptmx' })
    if (place.kernel.distribution)
      root.add('core', { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: place.now, target: '/proc/kcore' })
  }
  const point = ensure(place, mount.destination, true)
  const fs = place.kernel.fileSystem('tmpfs', { inMemory: true, sizeBytes: mount.sizeBytes })
  place.namespace.ownFileSystems.push(fs)
  add(place, { point, root, rootPath: '/', fs, ...shown })
}

/** proc, sysfs and their like: a whole one, or a part of the one that is there already (/proc/sys read-only). */
function pseudo(
  place: Place,
  mount: ContainerMount,
  shown: { source: string; options: string; readonly: boolean },
  type: string,
  root: () => Directory,
): void {
  const below = place.namespace.mounts.find(
    (other) => other.fs.type === type && mount.destination.startsWith(`${other.point}/`),
  )
  if (below) {
    const part = place.namespace.resolve(mount.destination, null)
    if (!part.inode) throw new MachineError('ENOENT', 'No such file or directory')
    return add(place, {
      point: part.path,
      root: part.inode,
      rootPath: part.path.slice(below.point.length),
      fs: below.fs,
      ...shown,
    })
  }
  const point = ensure(place, mount.destination, true)
  const sizes: Record<string, string> = { devpts: 'rw,gid=5,mode=620,ptmxmode=666', cgroup2: 'rw,nsdelegate' }
  add(place, {
    point,
    root: root(),
    rootPath: '/',
    fs: place.kernel.fileSystem(type, { superOptions: sizes[type] ?? 'rw' }),
    ...shown,
  })
}

/** @throws MachineError ENOENT */
function sourceOf(kernel: Kernel, path: string): Location {
  const found = kernel.rootMounts.resolve(path, null)
  if (!found.inode) throw new MachineError('ENOENT', `No such file or directory`)
  return found
}

const DISK_GROUP = 6

/** The real path of a mount point, which the runtime makes when it is missing. @throws MachineError ENOENT below /proc and /sys */
function ensure(place: Place, destination: string, directory: boolean): string {
  // what mounts is the container's first process, which is still to come
  const ofSelf = /^\/proc\/self(\/.+)/.exec(destination)?.[1]
  if (ofSelf) return `/proc/${(place.spec.namespaces.pid as PidNs).lastPid + 1}${ofSelf}`
  const { directory: parent, name, path } = ensureParent(place, destination)
  if (path === '/') return '/'
  const found = parent.lookup(name, null)
  const mounted = place.namespace.at(path)
  if (mounted || found) {
    const kind = (mounted?.root ?? found)?.kind
    if ((kind === 'directory') !== directory && kind !== 'symlink')
      throw new MachineError(directory ? 'ENOTDIR' : 'EISDIR', directory ? 'Not a directory' : 'Is a directory')
    return place.namespace.resolve(destination, null).path
  }
  if (!parent.add) throw new MachineError('ENOENT', 'No such file or directory')
  parent.mtime = place.now
  parent.add(name, directory ? new MemoryDirectory(0o755, place.now) : regularFile('', place.now, 0o755))
  return path
}

function ensureParent(place: Place, destination: string): { directory: Directory; name: string; path: string } {
  const parts = destination.split('/').filter((part) => part !== '')
  let path = ''
  for (const part of parts.slice(0, -1)) {
    path += `/${part}`
    const at = place.namespace.resolve(path, null)
    if (!at.inode) {
      if (!at.parent.add) throw new MachineError('ENOENT', 'No such file or directory')
      const made = new MemoryDirectory(0o755, place.now)
      at.parent.add(at.name, made)
    } else path = at.path
  }
  const at = place.namespace.resolve(path || '/', null)
  if (at.inode?.kind !== 'directory') throw new MachineError('ENOTDIR', 'Not a directory')
  const name = parts[parts.length - 1] ?? ''
  return { directory: at.inode, name, path: name === '' ? '/' : `${path === '/' ? '' : path}/${name}` }
}
