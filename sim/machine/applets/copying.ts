import { each, missing, rm } from './fileTree.ts'
import { MachineError } from '../machineError.ts'
import { find, link, makeDirectory, makeNode, openFile, place, remove, rename } from '../fs/files.ts'
import { linkTarget, symlink } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'

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

export const cp: Applet = async (process, argv) => {
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

export const mv: Applet = async (process, argv) => {
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

export const ln: Applet = (process, argv) => {
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
      return link(process, free, inode)
    },
  )
}
