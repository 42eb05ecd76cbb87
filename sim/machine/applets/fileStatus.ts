import { MachineError } from '../machine.ts'
import { find, place } from '../fs/files.ts'
import { linkTarget, sizeOf } from '../fs/inode.ts'
import type { Inode } from '../fs/inode.ts'
import type { FileSystem, Mount } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { each } from './fileTree.ts'
import { startCommand } from './basic.ts'
import { inodeNumber, modeText } from './ls.ts'
import { human, strftime } from './system.ts'
import { groupName, userName } from './users.ts'
import { patternRegExp } from '../shell/pattern.ts'

const KIND_NAMES = {
  directory: 'directory',
  file: 'regular file',
  virtual: 'regular file',
  symlink: 'symbolic link',
  characterDevice: 'character special file',
  blockDevice: 'block special file',
  socket: 'socket',
  fifo: 'fifo',
}
const TYPE_BITS = {
  directory: 0o40000,
  file: 0o100000,
  virtual: 0o100000,
  symlink: 0o120000,
  characterDevice: 0o20000,
  blockDevice: 0o60000,
  socket: 0o140000,
  fifo: 0o10000,
}
/** Names that busybox's stat -f knows (coreutils/stat.c); others are UNKNOWN. */
const FS_NAMES: Record<string, string> = {
  tmpfs: 'tmpfs',
  devtmpfs: 'tmpfs',
  sysfs: 'sysfs',
  proc: 'proc',
  ext4: 'ext2/ext3',
  ext3: 'ext2/ext3',
  ext2: 'ext2/ext3',
  xfs: 'xfs',
  devpts: 'devpts',
  nfs: 'nfs',
  ramfs: 'ramfs',
  btrfs: 'btrfs',
  overlay: 'overlayfs',
}
const DISK = { totalKiB: 24_837_456, usedKiB: 2_681_664 }

const stat: Applet = (process, argv) => {
  const given = options(argv, 'fLtc:', { format: 'c' })
  if (given.rest.length === 0) throw new UsageError('')
  return each(
    process,
    given.rest,
    (path, error) =>
      `stat: can't ${given.has('f') ? 'read file system information for' : 'stat'} '${path}': ${error.message}`,
    async (path) => {
      const found = find(process, path, given.has('L') || given.has('f'))
      const format = given.get('c')
      if (given.has('f'))
        return process.out(
          format === undefined ? fsText(process, path, found.fs) : `${formatFs(process, format, path, found.fs)}\n`,
        )
      await process.out(
        format === undefined
          ? statText(process, path, found.inode, found.fs)
          : `${formatStat(process, format, path, found.inode, found.fs, found.mount)}\n`,
      )
    },
  )
}

function formatStat(
  process: Process,
  format: string,
  path: string,
  inode: Inode,
  fs: FileSystem,
  mount: Mount,
): string {
  const size = sizeOf(inode, process)
  const numbers = 'major' in inode ? inode : { major: 0, minor: 0 }
  const seconds = Math.floor(inode.mtime / 1000)
  const date = `${strftime('%Y-%m-%d %H:%M:%S', inode.mtime)}.000000000 +0000`
  const values: Record<string, string> = {
    a: inode.mode.toString(8),
    A: modeText(inode),
    b: String(Math.ceil(size / 512)),
    B: '512',
    d: `${deviceNumber(fs)}`,
    D: deviceNumber(fs).toString(16),
    f: (TYPE_BITS[inode.kind] | inode.mode).toString(16),
    F: inode.kind === 'file' && size === 0 ? 'regular empty file' : KIND_NAMES[inode.kind],
    g: String(inode.gid),
    G: groupName(process, inode.gid),
    h: '1',
    i: String(inodeNumber(inode)),
    m: mount.point,
    n: path,
    N: inode.kind === 'symlink' ? `'${path}' -> '${linkTarget(inode, process)}'` : path,
    o: '4096',
    s: String(size),
    t: numbers.major.toString(16),
    T: numbers.minor.toString(16),
    u: String(inode.uid),
    U: userName(process, inode.uid),
    x: date,
    X: String(seconds),
    y: date,
    Y: String(seconds),
    z: date,
    Z: String(seconds),
    '%': '%',
  }
  return format.replace(/%(.)/g, (all, letter: string) => values[letter] ?? all)
}

function deviceNumber(fs: FileSystem): number {
  const [major = 0, minor = 0] = fs.device.split(':').map(Number)
  return (major << 8) | minor
}

function statText(process: Process, path: string, inode: Inode, fs: FileSystem): string {
  const text = (format: string) => formatStat(process, format, path, inode, fs, { point: '/' } as Mount)
  const name = inode.kind === 'symlink' ? text('%N') : path
  const kind = text('%F')
  const numbers = 'major' in inode ? ` Device type: ${text('%t')},${text('%T')}` : ''
  return `  File: ${name}\n  Size: ${text('%s').padEnd(10)}\tBlocks: ${text('%b').padEnd(10)} IO Block: 4096   ${kind}\nDevice: ${text('%D')}h/${text('%d')}d\tInode: ${text('%i').padEnd(10)}  Links: 1    ${numbers}\nAccess: (${inode.mode.toString(8).padStart(4, '0')}/${modeText(inode)})  Uid: (${String(inode.uid).padStart(5)}/${userName(process, inode.uid).padStart(8)})   Gid: (${String(inode.gid).padStart(5)}/${groupName(process, inode.gid).padStart(8)})\nAccess: ${text('%x')}\nModify: ${text('%y')}\nChange: ${text('%z')}\n`
}

function formatFs(process: Process, format: string, path: string, fs: FileSystem): string {
  const { total, used } = space(process, fs)
  const values: Record<string, string> = {
    T: FS_NAMES[fs.type] ?? 'UNKNOWN',
    n: path,
    b: String(Math.floor(total / 4)),
    f: String(Math.floor((total - used) / 4)),
    a: String(Math.floor((total - used) / 4)),
    s: '4096',
    S: '4096',
    t: 'fe',
    l: '255',
    i: '0',
    '%': '%',
  }
  return format.replace(/%(.)/g, (all, letter: string) => values[letter] ?? all)
}

function fsText(process: Process, path: string, fs: FileSystem): string {
  const text = (format: string) => formatFs(process, format, path, fs)
  return `  File: "${path}"\n    ID: 0        Namelen: 255     Type: ${text('%T')}\nBlock size: 4096      \nBlocks: Total: ${text('%b').padEnd(10)} Free: ${text('%f').padEnd(10)} Available: ${text('%a')}\nInodes: Total: 602112     Free: 579865\n`
}

/** KiB of a file system and how many are used. */
function space(process: Process, fs: FileSystem): { total: number; used: number; inodes: number; inodesUsed: number } {
  if (fs.inMemory || fs.type === 'tmpfs' || fs.type === 'devtmpfs') {
    const total = fs.sizeBytes === null ? Math.floor(process.kernel.memory.totalKiB / 8) * 4 : fs.sizeBytes / 1024
    return {
      total,
      used: Math.ceil(fs.usedBytes / 4096) * 4,
      inodes: Math.floor(process.kernel.memory.totalKiB / 8),
      inodesUsed: 1,
    }
  }
  const disk = process.kernel.spec.disk ?? DISK
  return { total: disk.totalKiB, used: disk.usedKiB, inodes: 602_112, inodesUsed: 22_247 }
}

const PSEUDO = new Set(['proc', 'sysfs', 'devpts', 'mqueue', 'cgroup', 'cgroup2', 'securityfs', 'debugfs', 'bpf'])

const df: Applet = async (process, argv) => {
  const given = options(argv, 'kPThmiat:B:')
  let mounts = visibleMounts(process).filter((mount) => given.has('a') || !PSEUDO.has(mount.fs.type))
  let status = 0
  if (given.rest.length > 0) {
    mounts = []
    for (const path of given.rest) {
      try {
        mounts.push(find(process, path).mount)
      } catch (error) {
        if (!(error instanceof MachineError)) throw error
        await process.err(`df: ${path}: can't find mount point\n`)
        status = 1
      }
    }
  }
  const unit = given.has('m') ? 1024 : 1
  const type = (mount: Mount) => (given.has('T') ? ` ${mount.fs.type.padEnd(10)}` : '')
  const title = given.has('i')
    ? '  Inodes      Used Available Use%'
    : given.has('h')
      ? '    Size      Used Available Use%'
      : given.has('m')
        ? '1M-blocks      Used Available Use%'
        : '1K-blocks      Used Available Use%'
  await process.out(
    `Filesystem           ${given.has('T') ? 'Type       ' : ''}${given.has('i') ? title.replace(/^ /, ' ').padStart(34) : title} Mounted on\n`,
  )
  for (const mount of mounts) {
    const figures = space(process, mount.fs)
    const [total, used, free] = given.has('i')
      ? [figures.inodes, figures.inodesUsed, figures.inodes - figures.inodesUsed]
      : [figures.total, figures.used, Math.max(0, figures.total - figures.used - (mount.fs.inMemory ? 0 : 16_384))]
    const shown = (kib: number) =>
      given.has('h') ? human(kib * 1024) : String(Math.round(given.has('i') ? kib : kib / unit))
    const share = used + free === 0 ? 0 : Math.round((used * 100) / (used + free))
    const name = mount.source.length > 20 ? `${mount.source}\n${''.padEnd(20)}` : mount.source.padEnd(20)
    await process.out(
      `${name}${type(mount)} ${shown(total).padStart(9)} ${shown(used).padStart(9)} ${shown(free).padStart(9)} ${String(share).padStart(3)}% ${mount.point}\n`,
    )
  }
  return status
}

function visibleMounts(process: Process): Mount[] {
  const { root, mountNs } = process.context
  if (root === '') return mountNs.mounts
  return mountNs.mounts
    .filter((mount) => mount.point === root || mount.point.startsWith(`${root}/`))
    .map((mount) => ({ ...mount, point: mount.point.slice(root.length) || '/' }))
}

const du: Applet = async (process, argv) => {
  const given = options(argv, 'askhmcdHLxl')
  const shown = (kib: number) =>
    given.has('h') ? human(kib * 1024) : given.has('m') ? String(Math.ceil(kib / 1024)) : String(kib)
  return each(
    process,
    given.rest.length > 0 ? given.rest : ['.'],
    (path, error) => `du: ${path}: ${error.message}`,
    async (start) => {
      const walk = async (path: string, top: boolean): Promise<number> => {
        const { inode } = find(process, path, false)
        let kib = inode.kind === 'directory' ? 4 : inode.kind === 'file' ? Math.ceil(inode.content.size / 4096) * 4 : 0
        if (inode.kind === 'directory')
          for (const name of inode.names(process).sort()) kib += await walk(`${path.replace(/\/$/, '')}/${name}`, false)
        if (top || (!given.has('s') && (inode.kind === 'directory' || given.has('a'))))
          await process.out(`${shown(kib)}\t${path}\n`)
        return kib
      }
      await walk(start, true)
    },
  )
}

interface Test {
  (path: string, inode: Inode, depth: number): boolean | Promise<boolean>
}

const find_: Applet = async (process, argv) => {
  const args = argv.slice(1).filter((word) => !['-H', '-L', '-xdev', '-mount', '-depth'].includes(word))
  const starts: string[] = []
  while (args[0] !== undefined && !args[0].startsWith('-') && args[0] !== '!' && args[0] !== '(')
    starts.push(args.shift() as string)
  const limits = { min: 0, max: Infinity }
  const { test, prints } = findExpression(process, args, limits)
  let status = 0
  const walk = async (path: string, depth: number): Promise<void> => {
    const pause = process.spend(10)
    if (pause) await pause
    let inode: Inode
    try {
      inode = find(process, path, false).inode
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      await process.err(`find: ${path}: ${error.message}\n`)
      status = 1
      return
    }
    if (depth >= limits.min && (await test(path, inode, depth)) && !prints) await process.out(`${path}\n`)
    if (inode.kind !== 'directory' || depth >= limits.max) return
    for (const name of inode.names(process)) await walk(path === '/' ? `/${name}` : `${path}/${name}`, depth + 1)
  }
  for (const start of starts.length > 0 ? starts : ['.']) await walk(start, 0)
  return status
}

function findExpression(
  process: Process,
  args: string[],
  limits: { min: number; max: number },
): { test: Test; prints: boolean } {
  let at = 0
  let prints = false
  const or = (): Test => {
    let left = and()
    while (args[at] === '-o' || args[at] === '-or') {
      at++
      const [a, b] = [left, and()]
      left = async (...context) => (await a(...context)) || b(...context)
    }
    return left
  }
  const and = (): Test => {
    let left = not()
    while (at < args.length && args[at] !== '-o' && args[at] !== '-or' && args[at] !== ')') {
      if (args[at] === '-a' || args[at] === '-and') at++
      const [a, b] = [left, not()]
      left = async (...context) => (await a(...context)) && b(...context)
    }
    return left
  }
  const not = (): Test => {
    if (args[at] === '!' || args[at] === '-not') {
      at++
      const inner = not()
      return async (...context) => !(await inner(...context))
    }
    if (args[at] === '(') {
      at++
      const inner = or()
      at++
      return inner
    }
    return primary()
  }
  const value = () => args[at++] ?? ''
  const primary = (): Test => {
    const word = args[at++]
    switch (word) {
      case undefined:
        return () => true
      case '-name':
      case '-iname': {
        const expression = patternRegExp(value(), word === '-iname' ? 'si' : 's')
        return (path) => expression.test(path.split('/').pop() ?? '')
      }
      case '-path': {
        const expression = patternRegExp(value())
        return (path) => expression.test(path)
      }
      case '-type': {
        const wanted =
          {
            f: ['file', 'virtual'],
            d: ['directory'],
            l: ['symlink'],
            b: ['blockDevice'],
            c: ['characterDevice'],
            s: ['socket'],
            p: ['fifo'],
          }[value()] ?? []
        return (_path, inode) => wanted.includes(inode.kind)
      }
      case '-maxdepth':
        limits.max = Number(value())
        return () => true
      case '-mindepth':
        limits.min = Number(value())
        return () => true
      case '-perm': {
        const bits = value()
        return (_path, inode) =>
          bits.startsWith('-')
            ? (inode.mode & parseInt(bits.slice(1), 8)) === parseInt(bits.slice(1), 8)
            : bits.startsWith('/')
              ? (inode.mode & parseInt(bits.slice(1), 8)) !== 0
              : inode.mode === parseInt(bits, 8)
      }
      case '-user':
      case '-size':
      case '-newer':
      case '-mtime':
      case '-mmin':
        value()
        return () => true
      case '-empty':
        return (_path, inode) =>
          inode.kind === 'directory' ? inode.names(process).length === 0 : sizeOf(inode, process) === 0
      case '-print':
        prints = true
        return async (path) => {
          await process.out(`${path}\n`)
          return true
        }
      case '-print0':
        prints = true
        return async (path) => {
          await process.out(`${path}\0`)
          return true
        }
      case '-prune':
      case '-true':
        return () => true
      case '-delete':
        prints = true
        return async (path) => {
          const { remove } = await import('../fs/files.ts')
          remove(process, path)
          return true
        }
      case '-exec': {
        prints = true
        const command: string[] = []
        while (args[at] !== ';' && args[at] !== '+' && at < args.length) command.push(value())
        at++
        return async (path) => {
          const child = startCommand(
            process,
            command.map((text) => text.replaceAll('{}', path)),
          )
          if (typeof child === 'number') return false
          await process.block<void>((resolve) => child.onExit(() => resolve(undefined)))
          return child.status === 0
        }
      }
      default:
        throw new UsageError(`unrecognized: ${word}`)
    }
  }
  const test = args.length === 0 ? () => true : or()
  return { test, prints }
}

export const FILE_STATUS: Record<string, Applet> = { stat, df, du, find: find_, mountpoint }

function mountpoint(process: Process, argv: string[]): Promise<number> {
  const given = options(argv, 'qdnx')
  const path = given.rest[0] ?? ''
  const at = place(process, path)
  const is = at.inode !== null && at.mount.point === at.path
  return Promise.resolve(given.has('q') ? undefined : process.out(`${path} is ${is ? '' : 'not '}a mountpoint\n`)).then(
    () => (is ? 0 : 1),
  )
}
