import { MachineError } from '../machineError.ts'
import { find, makeDirectory, makeNode, openFile, place, readOnly, remove } from '../fs/files.ts'
import { device, linkTarget, sizeOf } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { cp, mv, ln } from './copying.ts'
import { chmod, chown } from './ownership.ts'

const MKNOD = 27

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

export const rm: Applet = async (process, argv) => {
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

export function missing(process: Process, path: string): boolean {
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
