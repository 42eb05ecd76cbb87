import { MachineError } from '../machineError.ts'
import { find } from '../fs/files.ts'
import { sizeOf } from '../fs/inode.ts'
import type { Inode } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError } from './applet.ts'
import type { Applet } from './applet.ts'
import { startCommand } from './basic.ts'
import { patternRegExp } from '../shell/pattern.ts'

interface Test {
  (path: string, inode: Inode, depth: number): boolean | Promise<boolean>
}

export const find_: Applet = async (process, argv) => {
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
