import { each } from './fileTree.ts'
import { MachineError } from '../machineError.ts'
import { find, place, readOnly } from '../fs/files.ts'
import type { Inode } from '../fs/inode.ts'
import type { Location } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { groupId, userId } from './users.ts'

const CHOWN = 0

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

export const chmod: Applet = (process, argv) => {
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

export const chown: Applet = (process, argv) => {
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
