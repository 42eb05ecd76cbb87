import { imageTree } from '../container/images.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { procRoot } from '../proc/procFs.ts'
import { cgroupRoot } from '../sys/cgroupFs.ts'
import { sysRoot } from '../sys/sysFs.ts'
import { device, symlink } from './inode.ts'
import { MemoryDirectory } from './memoryDirectory.ts'
import type { Directory } from './inode.ts'
import type { FileSystem } from './mountNamespace.ts'

/** The character devices that every system has: name, major, minor, mode (Documentation/admin-guide/devices.txt). */
const STANDARD: [string, number, number, number][] = [
  ['full', 1, 7, 0o666],
  ['null', 1, 3, 0o666],
  ['random', 1, 8, 0o666],
  ['tty', 5, 0, 0o666],
  ['urandom', 1, 9, 0o666],
  ['zero', 1, 5, 0o666],
]
const OF_MACHINE: [string, number, number, number][] = [
  ...STANDARD,
  ['console', 5, 1, 0o600],
  ['fuse', 10, 229, 0o666],
  ['hwrng', 10, 183, 0o600],
  ['kmsg', 1, 11, 0o644],
  ['loop-control', 10, 237, 0o600],
  ['ptmx', 5, 2, 0o666],
]

const LINKS: [string, string][] = [
  ['fd', '/proc/self/fd'],
  ['stderr', '/proc/self/fd/2'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
]

/** Mounts "/", /proc, /sys, /dev, /run and the cgroup tree of a machine that has just booted. */
export function mountSystem(kernel: Kernel): void {
  const now = kernel.bootedAt
  const root = new MemoryDirectory(0o755, now)
  if (kernel.distribution)
    root.add('bin', new MemoryDirectory(0o755, now, imageTree('busybox').lookup('bin') as Directory))
  for (const name of [
    ...(kernel.distribution ? [] : ['bin']),
    'boot',
    'dev',
    'etc',
    'home',
    'lib',
    'mnt',
    'opt',
    'proc',
    'root',
    'run',
    'sbin',
    'sys',
    'tmp',
    'usr',
    'var',
  ])
    root.add(name, new MemoryDirectory(name === 'tmp' ? 0o1777 : 0o755, now))
  const add = (point: string, fs: FileSystem, directory: Directory, source: string, options: string, parent = 1) =>
    kernel.rootMounts.add({
      id: kernel.takeMountId(),
      parent,
      point,
      root: directory,
      rootPath: '/',
      fs,
      source,
      options,
      readonly: false,
      live: null,
    })
  const tmpfs = (mode: number) => {
    const directory = new MemoryDirectory(mode, now)
    directory.size = 40
    return directory
  }
  const disk = kernel.distribution ? '/dev/vda' : '/dev/root'
  add('/', kernel.fileSystem('ext4', { device: kernel.distribution ? '254:0' : '259:1' }), root, disk, 'rw,relatime')
  add('/proc', kernel.fileSystem('proc'), procRoot(kernel, kernel.rootPidNs), 'proc', 'rw,nosuid,nodev,noexec,relatime')
  add('/sys', kernel.fileSystem('sysfs'), sysRoot(kernel, kernel.rootNetNs), 'sysfs', 'rw,nosuid,nodev,noexec,relatime')
  const half = Math.round(kernel.memory.totalKiB / 2)
  const devOptions = `rw${kernel.distribution ? ',nosuid' : ''},relatime,size=${half}k,nr_inodes=${Math.round(half / 4)},mode=755`
  const dev = tmpfs(0o755)
  fillDev(kernel, dev, OF_MACHINE)
  for (const name of ['pts', 'shm']) dev.add(name, tmpfs(0o755))
  add('/dev', kernel.fileSystem('devtmpfs', { inMemory: true }), dev, 'devtmpfs', devOptions)
  add('/dev/shm', kernel.fileSystem('tmpfs', { inMemory: true }), tmpfs(0o1777), 'tmpfs', 'rw,nosuid,nodev,relatime')
  add(
    '/dev/pts',
    kernel.fileSystem('devpts', { superOptions: 'rw,mode=600,ptmxmode=000' }),
    ptsRoot(now),
    'devpts',
    'rw,nosuid,noexec,relatime,mode=600,ptmxmode=000',
  )
  const cgroup2 = kernel.spec.cgroupVersion === 2
  const cgroups = cgroupRoot(kernel, kernel.rootCgroup)
  add(
    '/sys/fs/cgroup',
    kernel.fileSystem(cgroup2 ? 'cgroup2' : 'tmpfs', { superOptions: 'rw,nsdelegate' }),
    cgroups,
    cgroup2 ? 'cgroup2' : 'tmpfs',
    cgroup2 ? 'rw,nosuid,nodev,noexec,relatime,nsdelegate' : 'ro,nosuid,nodev,noexec,mode=755',
  )
  add('/run', kernel.fileSystem('tmpfs', { inMemory: true }), tmpfs(0o755), 'tmpfs', 'rw,nosuid,nodev,relatime')
}

export function ptsRoot(now: number): Directory {
  const directory = new MemoryDirectory(0o755, now)
  directory.size = 0
  directory.add('ptmx', device('characterDevice', 5, 2, now))
  return directory
}

/** The nodes and links that a machine or a container runtime makes in /dev. */
export function fillDev(
  kernel: Kernel,
  dev: MemoryDirectory,
  nodes: [string, number, number, number][] = STANDARD,
): void {
  const now = kernel.timers.now()
  for (const [name, major, minor, mode] of nodes) {
    kernel.deviceNumbers.add(`c${major}:${minor}`)
    dev.add(name, device('characterDevice', major, minor, now, mode))
  }
  for (const [name, target] of LINKS) dev.add(name, symlink(target, now))
}
