import { find, place } from '../fs/files.ts'
import { linkTarget, sizeOf } from '../fs/inode.ts'
import type { Inode } from '../fs/inode.ts'
import type { FileSystem, Mount } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { each } from './fileTree.ts'
import { inodeNumber, modeText } from './ls.ts'
import { strftime } from './date.ts'
import { groupName, userName } from './users.ts'
import { find_ } from './findCommand.ts'
import { df, du, space } from './diskUse.ts'

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
