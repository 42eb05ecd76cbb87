import { MachineError } from '../machineError.ts'
import { openFile } from '../fs/files.ts'
import type { OpenFile } from '../fs/openFile.ts'
import { Content } from '../fs/content.ts'
import type { Process } from '../kernel/process.ts'
import type { List, Redirection } from './ast.ts'
import { expandText } from './expand.ts'
import { ShellError } from './shellError.ts'
import type { Shell } from './shell.ts'

export type SavedFds = [number, OpenFile | null][]

/** Applies redirections to a process; null when one failed, which was told on stderr. */
export async function redirect(
  shell: Shell,
  process: Process,
  list: Redirection[],
  substitute: (shell: Shell, body: List) => Promise<string>,
): Promise<SavedFds | null> {
  const saved: SavedFds = []
  for (const redirection of list) {
    const target = await expandText(shell, redirection.target, substitute)
    try {
      apply(process, redirection, target, saved)
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      await process.err(`${shell.name}: ${complaint(redirection, target, error)}\n`)
      restore(process, saved)
      return null
    }
  }
  return saved
}

function complaint({ operator }: Redirection, target: string, error: MachineError): string {
  if (operator === '<&' || operator === '>&') return `${target}: Bad file descriptor`
  // ash: what open(2) said, with its own words for what is missing.
  if (operator === '<') return `can't open ${target}: ${error.errno === 'ENOENT' ? 'no such file' : error.message}`
  return `can't create ${target}: ${error.errno === 'ENOENT' ? 'nonexistent directory' : error.message}`
}

function apply(process: Process, { operator, fd, target: word }: Redirection, target: string, saved: SavedFds): void {
  const to = fd ?? (operator.startsWith('<') ? 0 : 1)
  const set = (number: number, file: OpenFile | null) => {
    const old = process.fds.get(number) ?? null
    if (old) old.references++
    saved.push([number, old])
    if (file) process.setFd(number, file)
    else process.closeFd(number)
  }
  switch (operator) {
    case '<':
      return set(to, openFile(process, target))
    case '>':
    case '>|':
      return set(to, openFile(process, target, { write: true, create: true, truncate: true }))
    case '>>':
      return set(to, openFile(process, target, { write: true, create: true, append: true }))
    case '<>':
      return set(to, openFile(process, target, { write: true, create: true }))
    case '&>': {
      const file = openFile(process, target, { write: true, create: true, truncate: true })
      set(1, file)
      return set(2, file)
    }
    case '<<':
      return set(to, textFile(target))
    default: {
      if (target === '-') return set(to, null)
      if (!/^\d+$/.test(target)) throw new ShellError(`syntax error: bad fd number`)
      const file = process.fds.get(Number(target))
      if (!file) throw new MachineError('EBADF', 'Bad file descriptor')
      void word
      return set(to, file)
    }
  }
}

export function restore(process: Process, saved: SavedFds): void {
  if (process.dead) return
  for (const [fd, file] of saved.reverse()) {
    if (!file) process.closeFd(fd)
    else {
      process.setFd(fd, file)
      file.references--
    }
  }
}

function textFile(text: string): OpenFile {
  const content = Content.of(text)
  let position = 0
  return {
    references: 0,
    read(max) {
      const data = content.read(position, max)
      position += data.length
      return data.length > 0 ? data : null
    },
    write: () => {
      throw new MachineError('EBADF', 'Bad file descriptor')
    },
    close: () => undefined,
    describe: () => 'pipe:[2]',
  }
}
