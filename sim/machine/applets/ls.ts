import { MachineError } from '../machineError.ts'
import { find } from '../fs/files.ts'
import { linkTarget, sizeOf } from '../fs/inode.ts'
import type { Directory, Inode } from '../fs/inode.ts'
import type { FileSystem } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { human } from './system.ts'
import { options } from './applet.ts'
import type { Applet, Options } from './applet.ts'
import { groupName, userName } from './users.ts'

interface Entry {
  name: string
  inode: Inode
  fs: FileSystem
}

const TYPE_LETTER = {
  directory: 'd',
  file: '-',
  virtual: '-',
  symlink: 'l',
  characterDevice: 'c',
  blockDevice: 'b',
  socket: 's',
  fifo: 'p',
}
const HALF_YEAR_MS = 183 * 86_400_000
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

export function modeText(inode: Inode): string {
  const bits = 'rwxrwxrwx'
  let text = ''
  for (let at = 0; at < 9; at++) text += inode.mode & (1 << (8 - at)) ? bits[at] : '-'
  const special = (at: number, bit: number, letter: string) => {
    if (inode.mode & bit)
      text = text.slice(0, at) + (text[at] === 'x' ? letter : letter.toUpperCase()) + text.slice(at + 1)
  }
  special(2, 0o4000, 's')
  special(5, 0o2000, 's')
  special(8, 0o1000, 't')
  return TYPE_LETTER[inode.kind] + text
}

export const ls: Applet = async (process, argv) => {
  const given = options(argv, '1AaCxdLHRFplinshrSXvctuw:Tk', { 'full-time': 'l', color: '1', all: 'a' })
  let status = 0
  const files: Entry[] = []
  const directories: { path: string; directory: Directory; fs: FileSystem }[] = []
  for (const path of given.rest.length > 0 ? [...given.rest].sort() : ['.']) {
    try {
      const found = find(process, path, !given.has('d') && !(given.has('l') && !path.endsWith('/')))
      const opened = found.inode.kind === 'symlink' && !given.has('d') && !given.has('l') ? find(process, path) : found
      if (opened.inode.kind === 'directory' && !given.has('d'))
        directories.push({ path, directory: opened.inode, fs: opened.fs })
      else files.push({ name: path, inode: opened.inode, fs: opened.fs })
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      await process.err(`ls: ${path}: ${error.message}\n`)
      status = 1
    }
  }
  if (files.length > 0) await process.out(format(process, files, given))
  const titled = given.rest.length > 1 || given.has('R')
  let first = files.length === 0
  for (const { path, directory, fs } of directories) {
    if (await list(process, path, directory, fs, given, titled, first)) status = 1
    first = false
  }
  return status
}

async function list(
  process: Process,
  path: string,
  directory: Directory,
  fs: FileSystem,
  given: Options,
  titled: boolean,
  first: boolean,
): Promise<number> {
  const pause = process.spend(30)
  if (pause) await pause
  const entries: Entry[] = []
  let status = 0
  for (const name of directory.names(process)) {
    if (name.startsWith('.') && !given.has('a') && !given.has('A')) continue
    try {
      const found = find(process, `${path}/${name}`, given.has('L'))
      entries.push({ name, inode: found.inode, fs: found.fs })
    } catch {
      await process.err(`ls: ${path}/${name}: No such file or directory\n`)
      status = 1
    }
  }
  if (given.has('a'))
    entries.push({ name: '.', inode: directory, fs }, { name: '..', inode: parentOf(process, path, directory), fs })
  if (titled) await process.out(`${first ? '' : '\n'}${path}:\n`)
  const total =
    given.has('l') || given.has('s') ? `total ${entries.reduce((sum, entry) => sum + blocks(entry, process), 0)}\n` : ''
  await process.out(total + format(process, entries, given))
  if (!given.has('R')) return status
  for (const entry of sorted(process, entries, given)) {
    if (entry.inode.kind !== 'directory' || entry.name === '.' || entry.name === '..') continue
    const below = path === '/' ? `/${entry.name}` : `${path}/${entry.name}`
    if (await list(process, below, entry.inode, entry.fs, given, true, false)) status = 1
  }
  return status
}

function parentOf(process: Process, path: string, fallback: Directory): Inode {
  try {
    return find(process, `${path}/..`).inode
  } catch {
    return fallback
  }
}

/** 1 KiB blocks on disk; virtual files have none. */
function blocks(entry: Entry, process: Process): number {
  const { inode } = entry
  if (inode.kind === 'directory')
    return (inode.size ?? 4096) === 4096 || (inode.size ?? 0) > 4096 ? Math.ceil((inode.size ?? 4096) / 1024) : 0
  if (inode.kind === 'file') return Math.ceil(sizeOf(inode, process) / 4096) * 4
  return 0
}

/** Entries of a tmpfs directory count 20 bytes each, "." and ".." too. */
function shownSize(entry: Entry, process: Process): number {
  const { inode } = entry
  if (inode.kind === 'directory' && inode.size === 40) return 40 + 20 * inode.names(process).length
  return sizeOf(inode, process)
}

function sorted(process: Process, entries: Entry[], given: Options): Entry[] {
  const list = [...entries]
  if (given.has('S')) list.sort((a, b) => shownSize(b, process) - shownSize(a, process))
  else if (given.has('t')) list.sort((a, b) => b.inode.mtime - a.inode.mtime || (a.name < b.name ? -1 : 1))
  else list.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return given.has('r') ? list.reverse() : list
}

function format(process: Process, entries: Entry[], given: Options): string {
  const list = sorted(process, entries, given)
  if (given.has('l') || given.has('n')) return list.map((entry) => long(process, entry, given)).join('')
  const text = (entry: Entry) =>
    (given.has('i') ? `${inodeNumber(entry.inode)} ` : '') +
    entry.name +
    (given.has('F') || given.has('p') ? suffix(entry.inode, given) : '')
  if (process.fds.get(1)?.tty && !given.has('1')) return list.length > 0 ? `${list.map(text).join('  ')}\n` : ''
  return list.map((entry) => `${text(entry)}\n`).join('')
}

function suffix(inode: Inode, given: Options): string {
  if (inode.kind === 'directory') return '/'
  if (!given.has('F')) return ''
  return (
    { symlink: '@', socket: '=', fifo: '|' }[inode.kind as 'symlink'] ??
    (inode.kind === 'file' && inode.mode & 0o111 ? '*' : '')
  )
}

function links(inode: Inode, process: Process): number {
  if (inode.kind !== 'directory') return 1
  if (inode.links !== undefined) return inode.links
  if (inode.size !== undefined && inode.size !== 0 && inode.size !== 40) return 2
  return 2 + inode.names(process).filter((name) => inode.lookup(name, process)?.kind === 'directory').length
}

function long(process: Process, entry: Entry, given: Options): string {
  const { inode } = entry
  const user = given.has('n') ? String(inode.uid) : userName(process, inode.uid).slice(0, 8)
  const group = given.has('n') ? String(inode.gid) : groupName(process, inode.gid).slice(0, 8)
  const size =
    'major' in inode
      ? `${String(inode.major).padStart(4)}, ${String(inode.minor).padStart(3)}`
      : (given.has('h') ? human(shownSize(entry, process)) : String(shownSize(entry, process))).padStart(9)
  const arrow = inode.kind === 'symlink' ? ` -> ${linkTarget(inode, process)}` : ''
  const number = given.has('i') ? `${String(inodeNumber(inode)).padStart(7)} ` : ''
  return `${number}${modeText(inode)} ${String(links(inode, process)).padStart(4)} ${user.padEnd(8)} ${group.padEnd(8)} ${size} ${when(process.kernel.now(), inode.mtime)} ${entry.name}${arrow}${given.has('F') || given.has('p') ? suffix(inode, given) : ''}\n`
}

/** Month and day with the time of day, or with the year when it is half a year away. */
function when(now: number, ms: number): string {
  const at = new Date(ms)
  const day = `${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)}`
  const two = (value: number) => String(value).padStart(2, '0')
  return Math.abs(now - ms) > HALF_YEAR_MS
    ? `${day}  ${at.getUTCFullYear()}`
    : `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

const numbers = new WeakMap<Inode, number>()
let nextNumber = 1000

export function inodeNumber(inode: Inode): number {
  let number = numbers.get(inode)
  if (number === undefined) numbers.set(inode, (number = nextNumber++))
  return number
}
