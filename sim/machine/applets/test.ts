import { allowed, place } from '../fs/files.ts'
import { sizeOf } from '../fs/inode.ts'
import type { Inode } from '../fs/inode.ts'
import { patternRegExp } from '../shell/pattern.ts'
import type { Process } from '../kernel/process.ts'

/** test, [ and [[: 0 true, 1 false, 2 an error. */
export async function testCommand(process: Process, argv: string[]): Promise<number> {
  const name = argv[0] as string
  let args = argv.slice(1)
  const closing = name.endsWith('[[') ? ']]' : name.endsWith('[') ? ']' : null
  if (closing) {
    if (args.at(-1) !== closing) {
      await process.err(`${name}: missing ${closing}\n`)
      return 2
    }
    args = args.slice(0, -1)
  }
  try {
    return new Test(process, args, closing === ']]').run() ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestError)) throw error
    await process.err(`sh: ${error.message}\n`)
    return 2
  }
}

class TestError extends Error {}

const BINARY = new Set(['=', '==', '!=', '=~', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef'])
const UNARY = /^-[bcdefghknoprstuwxzLSOGN]$/

class Test {
  readonly #process: Process
  readonly #args: string[]
  readonly #extended: boolean
  #at = 0

  constructor(process: Process, args: string[], extended: boolean) {
    this.#process = process
    this.#args = args
    this.#extended = extended
  }

  run(): boolean {
    if (this.#args.length === 0) return false
    const value = this.#or()
    if (this.#at < this.#args.length) throw new TestError(`${this.#args[this.#at]}: unknown operand`)
    return value
  }

  #or(): boolean {
    let value = this.#and()
    while (this.#take('-o') || (this.#extended && this.#take('||'))) value = this.#and() || value
    return value
  }

  #and(): boolean {
    let value = this.#not()
    while (this.#take('-a') || (this.#extended && this.#take('&&'))) value = this.#not() && value
    return value
  }

  #take(word: string): boolean {
    if (this.#args[this.#at] !== word) return false
    this.#at++
    return true
  }

  #not(): boolean {
    if (
      this.#args[this.#at] === '!' &&
      this.#args.length - this.#at > 1 &&
      !BINARY.has(this.#args[this.#at + 1] as string)
    ) {
      this.#at++
      return !this.#not()
    }
    return this.#primary()
  }

  #primary(): boolean {
    const [first, second, third] = this.#args.slice(this.#at)
    if (first === undefined) throw new TestError('argument expected')
    if (second !== undefined && BINARY.has(second) && third !== undefined) {
      this.#at += 3
      return this.#binary(first, second, third)
    }
    if (first === '(') {
      this.#at++
      const value = this.#or()
      if (!this.#take(')')) throw new TestError('closing paren expected')
      return value
    }
    if (UNARY.test(first) && second !== undefined) {
      this.#at += 2
      return this.#unary(first, second)
    }
    this.#at++
    return first !== ''
  }

  #binary(left: string, operator: string, right: string): boolean {
    switch (operator) {
      case '=':
      case '==':
        return this.#extended ? patternRegExp(right).test(left) : left === right
      case '!=':
        return this.#extended ? !patternRegExp(right).test(left) : left !== right
      case '=~':
        return new RegExp(right).test(left)
      case '<':
        return left < right
      case '>':
        return left > right
      case '-nt':
        return (this.#inode(left)?.mtime ?? -1) > (this.#inode(right)?.mtime ?? -1)
      case '-ot':
        return (this.#inode(left)?.mtime ?? -1) < (this.#inode(right)?.mtime ?? -1)
      case '-ef':
        return this.#inode(left) !== null && this.#inode(left) === this.#inode(right)
    }
    const a = integer(left)
    const b = integer(right)
    return (
      { '-eq': a === b, '-ne': a !== b, '-lt': a < b, '-le': a <= b, '-gt': a > b, '-ge': a >= b }[operator] ?? false
    )
  }

  #unary(operator: string, value: string): boolean {
    if (operator === '-n') return value !== ''
    if (operator === '-z') return value === ''
    if (operator === '-t') return this.#process.fds.get(Number(value))?.tty === true
    if (operator === '-L' || operator === '-h') return this.#inode(value, false)?.kind === 'symlink'
    const inode = this.#inode(value)
    if (!inode) return false
    switch (operator) {
      case '-e':
        return true
      case '-f':
        return inode.kind === 'file' || inode.kind === 'virtual'
      case '-d':
        return inode.kind === 'directory'
      case '-b':
        return inode.kind === 'blockDevice'
      case '-c':
        return inode.kind === 'characterDevice'
      case '-p':
        return inode.kind === 'fifo'
      case '-S':
        return inode.kind === 'socket'
      case '-s':
        return inode.kind === 'directory' || sizeOf(inode, this.#process) > 0
      case '-r':
        return allowed(this.#process, inode, 4)
      case '-w':
        return allowed(this.#process, inode, 2) && !place(this.#process, value).mount.readonly
      case '-x':
        return allowed(this.#process, inode, 1)
      case '-u':
        return (inode.mode & 0o4000) !== 0
      case '-g':
        return (inode.mode & 0o2000) !== 0
      case '-k':
        return (inode.mode & 0o1000) !== 0
      case '-O':
        return inode.uid === this.#process.uid
      case '-G':
        return inode.gid === this.#process.context.gid
    }
    return false
  }

  #inode(path: string, follow = true): Inode | null {
    try {
      return place(this.#process, path, follow).inode
    } catch {
      return null
    }
  }
}

function integer(text: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestError(`${text}: bad number`)
  return BigInt(text.trim().replace('+', ''))
}
