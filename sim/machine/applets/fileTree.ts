import { MachineError } from '../machine.ts'
import { find, link, makeDirectory, makeNode, openFile, place, readOnly, remove, rename } from '../fs/files.ts'
import { device, linkTarget, sizeOf, symlink } from '../fs/inode.ts'
import type { Inode } from '../fs/inode.ts'
import type { Location, Missing } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { groupId, userId } from './users.ts'

const MKNOD = 27
const CHOWN = 0

/** Runs for each operand; tells what fails in the applet's words. @returns 0, or 1 when one failed */
export async function each(
  process: Process,
  paths: string[],
  complain: (path: string, error: MachineError) => string,
  run: (path: string) => unknown,
): Promise<number> {
  let status = 0
  for (const path of paths) {
    try {
      await run(path)
    } catch (error) {
      if (!(error instanceof MachineError) || process.dead) throw error
      await process.err(`${complain(path, error)}\n`)
      status = 1
    }
  }
  return status
}

const mkdir: Applet = (process, argv) => {
  const given = options(argv, 'm:pv')
  const mode = given.has('m') ? parseInt(given.get('m') as string, 8) : undefined
  return each(
    process,
    given.rest,
    (path, error) => `mkdir: can't create directory '${path}': ${error.message}`,
    (path) => {
      if (!given.has('p')) return makeDirectory(process, path, mode)
      const parts = path.split('/').filter((part) => part !== '')
      let made = path.startsWith('/') ? '' : '.'
      for (const part of parts) {
        made += `/${part}`
        const at = place(process, made)
        if (!at.inode) makeDirectory(process, made, mode)
        else if (at.inode.kind !== 'directory') throw new MachineError('EEXIST', 'File exists')
      }
    },
  )
}

const rm: Applet = async (process, argv) => {
  const given = options(argv, 'firRv')
  const tree = given.has('r') || given.has('R')
  let failed = false
  const drop = async (path: string): Promise<void> => {
    let { inode } = place(process, path, false)
    if (!inode && given.has('f')) return
    inode = find(process, path, false).inode
    if (inode.kind === 'directory') {
      if (!tree) throw new MachineError('EISDIR', 'is a directory')
      for (const name of inode.names(process)) {
        if ((await each(process, [`${path.replace(/\/$/, '')}/${name}`], complain, drop)) !== 0) failed = true
      }
    }
    remove(process, path)
  }
  const complain = (path: string, error: MachineError) =>
    error.errno === 'EISDIR' ? `rm: '${path}' is a directory` : `rm: can't remove '${path}': ${error.message}`
  const status = await each(
    process,
    given.rest.filter((path) => !(given.has('f') && missing(process, path))),
    complain,
    drop,
  )
  return failed ? 1 : status
}

function missing(process: Process, path: string): boolean {
  try {
    return place(process, path, false).inode === null
  } catch (error) {
    return error instanceof MachineError && error.errno === 'ENOENT'
  }
}

const rmdir: Applet = (process, argv) => {
  const given = options(argv, 'p')
  return each(
    process,
    given.rest,
    (path, error) => `rmdir: '${path}': ${error.message}`,
    (path) => {
      if (find(process, path, false).inode.kind !== 'directory') throw new MachineError('ENOTDIR', 'Not a directory')
      remove(process, path)
    },
  )
}

async function copyFile(process: Process, from: string, to: string): Promise<void> {
  const source = openFile(process, from)
  const mode = find(process, from).inode.mode
  const fresh = place(process, to).inode === null
  const target = openFile(process, to, { write: true, create: true, truncate: true })
  for (let chunk = await source.read(1 << 20); chunk; chunk = await source.read(1 << 20)) {
    const pause = process.spend(chunk.length / 5000)
    if (pause) await pause
    await target.write(chunk)
  }
  if (fresh && target.location) target.location.inode.mode = mode & ~process.umask
}

async function copyTree(process: Process, from: string, to: string, deep: boolean, archive: boolean): Promise<void> {
  const { inode } = find(process, from, !archive)
  if (inode.kind === 'directory') {
    if (!deep) throw new MachineError('EISDIR', 'omitting directory')
    if (!place(process, to).inode) makeDirectory(process, to, inode.mode)
    for (const name of inode.names(process)) await copyTree(process, `${from}/${name}`, `${to}/${name}`, deep, archive)
  } else if (inode.kind === 'symlink') makeNode(process, to, symlink(linkTarget(inode, process), process.kernel.now()))
  else if (inode.kind === 'file' || inode.kind === 'virtual' || !deep) {
    await copyFile(process, from, to)
    const made = find(process, to).inode
    if (inode.kind === 'file' && inode.program && made.kind === 'file')
      Object.assign(made, { program: inode.program, shownSize: inode.shownSize, mode: inode.mode })
  } else makeNode(process, to, { ...inode })
}

/** The path that a copy or move of `from` to `to` makes. */
function targetOf(process: Process, from: string, to: string): string {
  const at = place(process, to)
  return at.inode?.kind === 'directory' ? `${to.replace(/\/$/, '')}/${from.replace(/\/+$/, '').split('/').pop()}` : to
}

const cp: Applet = async (process, argv) => {
  const given = options(argv, 'adfilpPrRsLHTuvt:')
  const to = given.get('t') ?? given.rest.pop()
  if (to === undefined || given.rest.length === 0) throw new UsageError('')
  const deep = given.has('a') || given.has('r') || given.has('R')
  return each(
    process,
    given.rest,
    (path, error) =>
      error.errno === 'EISDIR' && !deep
        ? `cp: omitting directory '${path}'`
        : error.errno === 'ENOENT' && missing(process, path)
          ? `cp: can't stat '${path}': ${error.message}`
          : `cp: can't create '${targetOf(process, path, to)}': ${error.message}`,
    (path) =>
      copyTree(process, path, targetOf(process, path, to), deep, given.has('a') || given.has('d') || given.has('P')),
  )
}

const mv: Applet = async (process, argv) => {
  const given = options(argv, 'finvTt:')
  const to = given.get('t') ?? given.rest.pop()
  if (to === undefined || given.rest.length === 0) throw new UsageError('')
  return each(
    process,
    given.rest,
    (path, error) => `mv: can't rename '${path}': ${error.message}`,
    async (path) => {
      const target = targetOf(process, path, to)
      try {
        rename(process, path, target)
      } catch (error) {
        if (!(error instanceof MachineError) || error.errno !== 'EXDEV') throw error
        await copyTree(process, path, target, true, true)
        await rm(process, ['rm', '-rf', path])
      }
    },
  )
}

const ln: Applet = (process, argv) => {
  const given = options(argv, 'sfnbvTt:')
  const paths = given.rest.slice()
  const last = paths.length > 1 ? (paths.pop() as string) : '.'
  return each(
    process,
    paths,
    (path, error) => `ln: ${targetOf(process, path, last)}: ${error.message}`,
    (path) => {
      const to =
        given.has('n') && place(process, last, false).inode?.kind === 'symlink' ? last : targetOf(process, path, last)
      const at = place(process, to, false)
      if (at.inode && given.has('f')) remove(process, to)
      const inode = given.has('s') ? symlink(path, process.kernel.now()) : find(process, path, false).inode
      if (given.has('s')) return makeNode(process, to, inode)
      const free = place(process, to, false)
      if (free.inode) throw new MachineError('EEXIST', 'File exists')
      return link(process, free as Missing, inode)
    },
  )
}

const touch: Applet = (process, argv) => {
  const given = options(argv, 'camd:t:r:h')
  return each(
    process,
    given.rest,
    (path, error) => `touch: ${path}: ${error.message}`,
    (path) => {
      const at = place(process, path)
      if (at.mount.readonly) throw readOnly()
      if (at.inode)
        at.inode.mtime = given.has('d')
          ? Date.parse(`${given.get('d')}Z`) || process.kernel.now()
          : process.kernel.now()
      else if (!given.has('c')) openFile(process, path, { write: true, create: true })
    },
  )
}

function changeable(process: Process, path: string, follow = true): Location {
  const found = find(process, path, follow)
  if (found.mount.readonly) throw readOnly()
  if (process.uid !== 0 && process.uid !== found.inode.uid) throw new MachineError('EPERM', 'Operation not permitted')
  return found
}

function recursively(process: Process, paths: string[], deep: boolean): string[] {
  if (!deep) return paths
  return paths.flatMap((path) => {
    const { inode } = place(process, path, false)
    const below = inode?.kind === 'directory' ? inode.names(process).map((name) => `${path}/${name}`) : []
    return [path, ...recursively(process, below, true)]
  })
}

const chmod: Applet = (process, argv) => {
  const flags = argv.slice(1).filter((word) => /^-[Rcvf]+$/.test(word))
  const [mode, ...paths] = argv.slice(1).filter((word) => !flags.includes(word))
  if (mode === undefined || paths.length === 0) throw new UsageError('')
  return each(
    process,
    recursively(
      process,
      paths,
      flags.some((flag) => flag.includes('R')),
    ),
    (path, error) => `chmod: ${path}: ${error.message}`,
    (path) => {
      const { inode } = changeable(process, path)
      const made = modeFrom(mode, inode)
      if (made === null) throw new UsageError(`invalid mode '${mode}'`)
      inode.mode = made
    },
  )
}

function modeFrom(text: string, inode: Inode): number | null {
  if (/^[0-7]+$/.test(text)) return parseInt(text, 8)
  let mode = inode.mode
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause)
    if (!match) return null
    const who = match[1] === '' || match[1]?.includes('a') ? 'ugo' : (match[1] as string)
    let bits = 0
    for (const letter of match[3] ?? '') {
      const value = { r: 4, w: 2, x: 1, X: inode.kind === 'directory' || mode & 0o111 ? 1 : 0, s: 0, t: 0 }[letter] ?? 0
      for (const class_ of who) bits |= value << { u: 6, g: 3, o: 0 }[class_ as 'u']
      if (letter === 't') bits |= 0o1000
      if (letter === 's') bits |= (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0)
    }
    const mask = [...who].reduce((sum, class_) => sum | (7 << { u: 6, g: 3, o: 0 }[class_ as 'u']), 0)
    mode = match[2] === '+' ? mode | bits : match[2] === '-' ? mode & ~bits : (mode & ~mask) | bits
  }
  return mode
}

const chown: Applet = (process, argv) => {
  const given = options(argv, 'RhcvfLHP')
  const [owner, ...paths] = given.rest
  if (owner === undefined || paths.length === 0) throw new UsageError('')
  const [user, group] = argv[0] === 'chgrp' ? ['', owner] : owner.split(/[:.]/)
  const uid = user ? userId(process, user) : undefined
  const gid = group ? groupId(process, group) : undefined
  if (uid === null) throw new UsageError(`unknown user ${user}`)
  if (gid === null) throw new UsageError(`unknown group ${group}`)
  return each(
    process,
    recursively(process, paths, given.has('R')),
    (path, error) => `${argv[0]}: ${path}: ${error.message}`,
    (path) => {
      const { inode } = changeable(process, path, !given.has('h'))
      if (!process.can(CHOWN) && uid !== undefined && uid !== inode.uid)
        throw new MachineError('EPERM', 'Operation not permitted')
      if (uid !== undefined) inode.uid = uid
      if (gid !== undefined) inode.gid = gid
    },
  )
}

const mknod: Applet = (process, argv) => {
  const given = options(argv, 'm:')
  const [path = '', type = '', major, minor] = given.rest
  return each(
    process,
    [path],
    (name, error) => `mknod: ${name}: ${error.message}`,
    () => {
      const mode = given.has('m') ? parseInt(given.get('m') as string, 8) : 0o666 & ~process.umask
      if (type === 'p')
        return makeNode(process, path, { kind: 'fifo', mode, uid: 0, gid: 0, mtime: process.kernel.now() })
      if (!process.can(MKNOD)) throw new MachineError('EPERM', 'Operation not permitted')
      if (major === undefined || minor === undefined) throw new UsageError('')
      return makeNode(
        process,
        path,
        device(
          type === 'b' ? 'blockDevice' : 'characterDevice',
          Number(major),
          Number(minor),
          process.kernel.now(),
          mode,
        ),
      )
    },
  )
}

const mktemp: Applet = async (process, argv) => {
  const given = options(argv, 'dqtup:')
  const template = given.rest[0] ?? 'tmp.XXXXXX'
  const random = () =>
    Array.from(
      { length: 6 },
      () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(Math.random() * 62)],
    ).join('')
  const name = template.replace(/X{6,}$/, random())
  const path = name.includes('/')
    ? name
    : given.rest.length === 0 || given.has('t') || given.has('p')
      ? `${given.get('p') || process.context.env.TMPDIR || '/tmp'}/${name}`
      : name
  return each(
    process,
    [path],
    (_, error) => `mktemp: (null): ${error.message}`,
    async () => {
      if (given.has('d')) makeDirectory(process, path, 0o700)
      else if (!given.has('u')) {
        openFile(process, path, { write: true, create: true })
        find(process, path).inode.mode = 0o600
      }
      await process.out(`${path}\n`)
    },
  )
}

const readlink: Applet = async (process, argv) => {
  const given = options(argv, 'fnvqe')
  let status = 0
  for (const path of given.rest) {
    try {
      const found = place(process, path, given.has('f') || given.has('e'))
      let text: string
      if (given.has('f') || given.has('e')) text = found.path
      else if (found.inode?.kind === 'symlink') text = linkTarget(found.inode, process)
      else {
        status = 1
        continue
      }
      await process.out(`${text}${given.has('n') ? '' : '\n'}`)
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      status = 1
      if (given.has('v')) await process.err(`readlink: ${path}: ${error.message}\n`)
    }
  }
  return status
}

const realpath: Applet = (process, argv) =>
  each(
    process,
    argv.slice(1),
    (path, error) => `realpath: ${path}: ${error.message}`,
    (path) => process.out(`${find(process, path).path}\n`),
  )

const which: Applet = async (process, argv) => {
  const { findProgram } = await import('../kernel/execute.ts')
  let status = 0
  for (const name of argv.slice(1).filter((word) => word !== '-a')) {
    try {
      await process.out(`${findProgram(process, name, process.context.env.PATH).path}\n`)
    } catch {
      status = 1
    }
  }
  return status
}

const truncate: Applet = (process, argv) => {
  const given = options(argv, 's:c')
  return each(
    process,
    given.rest,
    (path, error) => `truncate: ${path}: ${error.message}`,
    async (path) => {
      const { byteCount } = await import('./applet.ts')
      const file = openFile(process, path, { write: true, create: !given.has('c') })
      const inode = file.location?.inode
      if (inode?.kind !== 'file') return
      const size = byteCount(given.get('s') ?? '0', 'truncate')
      if (size > sizeOf(inode, process)) {
        file.position = size - 1
        await file.write(Buffer.from([0]))
      } else inode.content.truncate(size)
    },
  )
}

export const FILE_TREE: Record<string, Applet> = {
  mkdir,
  rm,
  rmdir,
  unlink: (process, argv) => rm(process, ['rm', ...argv.slice(1)]),
  cp,
  mv,
  ln,
  touch,
  chmod,
  chown,
  chgrp: chown,
  mknod,
  mkfifo: (process, argv) => mknod(process, ['mknod', ...argv.slice(1).flatMap((path) => [path, 'p'])]),
  mktemp,
  readlink,
  realpath,
  which,
  truncate,
}
