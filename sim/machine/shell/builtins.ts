import { MachineError } from '../machineError.ts'
import { find, readFile } from '../fs/files.ts'
import { echoText } from '../applets/echo.ts'
import { killCommand } from '../applets/kill.ts'
import { formatPrintf } from '../applets/printf.ts'
import { testCommand } from '../applets/test.ts'
import { findProgram } from '../kernel/execute.ts'
import { evaluate } from './arithmetic.ts'
import { ShellSyntaxError } from './ast.ts'
import { awaitChild, runText } from './interpreter.ts'
import { jobs, trap, wait } from './jobBuiltins.ts'
import { readBuiltin } from './readBuiltin.ts'
import { BreakLoop, ExitShell, ReturnFrom } from './shell.ts'
import type { Shell } from './shell.ts'
import { ShellError } from './shellError.ts'
import { declare, unset, set, shift, local, getopts } from './variableBuiltins.ts'

export type Builtin = (shell: Shell, argv: string[]) => number | Promise<number>

export const SPECIAL_BUILTINS = new Set([
  ':',
  '.',
  'source',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'times',
  'trap',
  'unset',
])

export const BUILTINS = new Map<string, Builtin>([
  [':', () => 0],
  ['true', () => 0],
  ['false', () => 1],
  ['echo', async (shell, argv) => written(shell, echoText(argv.slice(1)))],
  ['printf', printf],
  ['test', (shell, argv) => testCommand(shell.process, argv)],
  ['[', (shell, argv) => testCommand(shell.process, argv)],
  ['[[', (shell, argv) => testCommand(shell.process, argv)],
  ['cd', cd],
  ['pwd', async (shell) => written(shell, `${shell.process.context.cwd}\n`)],
  ['exit', (shell, argv) => leave(new ExitShell(argv[1] === undefined ? shell.status : statusOf(argv[1])))],
  ['return', (shell, argv) => leave(new ReturnFrom(argv[1] === undefined ? shell.status : statusOf(argv[1])))],
  ['break', (shell, argv) => (shell.inLoop > 0 ? leave(new BreakLoop('break', Number(argv[1] ?? 1))) : 0)],
  ['continue', (shell, argv) => (shell.inLoop > 0 ? leave(new BreakLoop('continue', Number(argv[1] ?? 1))) : 0)],
  ['export', (shell, argv) => declare(shell, argv, shell.exported, 'export')],
  ['readonly', (shell, argv) => declare(shell, argv, shell.readonly, 'readonly')],
  ['unset', unset],
  ['set', set],
  ['shift', shift],
  ['eval', (shell, argv) => evalText(shell, argv.slice(1).join(' '))],
  ['.', source],
  ['source', source],
  ['read', readBuiltin],
  ['trap', trap],
  ['wait', wait],
  ['kill', (shell, argv) => killCommand(shell.process, argv, shell.jobs)],
  ['exec', execBuiltin],
  ['local', local],
  ['type', (shell, argv) => describe(shell, argv.slice(1), true)],
  ['command', command],
  ['umask', umask],
  ['ulimit', ulimit],
  ['getopts', getopts],
  ['jobs', jobs],
  ['fg', () => 1],
  ['bg', () => 1],
  ['hash', () => 0],
  ['alias', () => 0],
  ['unalias', () => 0],
  ['times', async (shell) => written(shell, '0m0.00s 0m0.00s\n0m0.00s 0m0.00s\n')],
  ['let', letBuiltin],
])

function leave(what: Error): never {
  throw what
}

export async function written(shell: Shell, text: string): Promise<number> {
  await shell.process.out(text)
  return 0
}

function statusOf(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new ShellError(`exit: Illegal number: ${text}`)
  return Number(text) & 255
}

async function printf(shell: Shell, argv: string[]): Promise<number> {
  if (argv.length < 2) {
    await shell.process.err('usage: printf FORMAT [ARG]...\n')
    return 2
  }
  const { text, status, complaints } = formatPrintf(argv.slice(1))
  for (const complaint of complaints) shell.complain(`printf: ${complaint}`)
  await shell.process.out(text)
  return status
}

async function cd(shell: Shell, argv: string[]): Promise<number> {
  const { context } = shell.process
  const back = argv[1] === '-'
  const target = back ? (shell.get('OLDPWD') ?? '') : (argv[1] ?? shell.get('HOME') ?? '/')
  try {
    const found = find(shell.process, target === '' ? '.' : target)
    if (found.inode.kind !== 'directory') throw new MachineError('ENOTDIR', 'Not a directory')
    shell.variables.set('OLDPWD', context.cwd)
    context.cwd = logical(context.cwd, target)
    shell.variables.set('PWD', context.cwd)
    if (back) await shell.process.out(`${context.cwd}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    shell.complain(`cd: can't cd to ${target}: ${error.message}`)
    return 2
  }
}

/** The shell's own view of where it is: ".." goes back along the path that was taken. */
function logical(cwd: string, target: string): string {
  const parts = target.startsWith('/') ? [] : cwd.split('/').filter(Boolean)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

async function evalText(shell: Shell, text: string): Promise<number> {
  try {
    return await runText(shell, text)
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error
    throw new ShellError(error.message)
  }
}

async function source(shell: Shell, argv: string[]): Promise<number> {
  const file = argv[1] ?? ''
  let text: string
  try {
    text = await readFile(shell.process, file)
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    throw new ShellError(`${argv[0]}: can't open '${file}': ${error.message}`)
  }
  const positional = shell.positional
  if (argv.length > 2) shell.positional = argv.slice(2)
  try {
    return await evalText(shell, text)
  } catch (thrown) {
    if (thrown instanceof ReturnFrom) return thrown.status
    throw thrown
  } finally {
    shell.positional = positional
  }
}

async function execBuiltin(shell: Shell, argv: string[]): Promise<number> {
  const args = argv.slice(1)
  let name0: string | undefined
  if (args[0] === '-a') {
    args.shift()
    name0 = args.shift()
  }
  const name = args[0]
  if (name === undefined) return 0
  const { process } = shell
  try {
    const { program, path } = findProgram(process, name, shell.get('PATH'))
    process.context.env = shell.environment()
    const shown = name0 === undefined ? args : [name0, ...args.slice(1)]
    process.become(program, shown, path, name.slice(name.lastIndexOf('/') + 1))
    shell.traps.clear()
    throw new ExitShell(await program.run(process, shown))
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    shell.complain(`exec: ${name}: ${error.errno === 'ENOENT' ? 'not found' : error.message}`)
    throw new ExitShell(error.errno === 'ENOENT' ? 127 : 126)
  }
}

async function describe(shell: Shell, names: string[], verbose: boolean): Promise<number> {
  let status = 0
  for (const name of names) {
    if (shell.functions.has(name)) await shell.process.out(verbose ? `${name} is a shell function\n` : `${name}\n`)
    else if (BUILTINS.has(name)) await shell.process.out(verbose ? `${name} is a shell builtin\n` : `${name}\n`)
    else {
      try {
        const { path } = findProgram(shell.process, name, shell.get('PATH'))
        await shell.process.out(verbose ? `${name} is ${path}\n` : `${path}\n`)
      } catch {
        status = 127
        if (verbose) await shell.process.out(`${name}: not found\n`)
      }
    }
  }
  return status
}

async function command(shell: Shell, argv: string[]): Promise<number> {
  const args = argv.slice(1)
  if (args[0] === '-v' || args[0] === '-V') return describe(shell, args.slice(1), args[0] === '-V')
  if (args[0] === '-p') args.shift()
  const name = args[0]
  if (name === undefined) return 0
  const builtin = BUILTINS.get(name)
  if (builtin) return builtin(shell, args)
  const { program, path } = findProgram(shell.process, name, shell.get('PATH'))
  const child = shell.process.fork()
  child.context.env = shell.environment()
  child.become(program, args, path, name)
  void child.run(() => program.run(child, args))
  return awaitChild(shell, child)
}

async function umask(shell: Shell, argv: string[]): Promise<number> {
  const text = argv[1]
  if (text === undefined) return written(shell, `${shell.process.umask.toString(8).padStart(4, '0')}\n`)
  if (!/^[0-7]+$/.test(text)) throw new ShellError(`umask: Illegal number: ${text}`)
  shell.process.umask = parseInt(text, 8)
  return 0
}

async function ulimit(shell: Shell, argv: string[]): Promise<number> {
  const option = argv[1] ?? '-f'
  if (argv[2] !== undefined) return 0
  const files = shell.process.kernel.distribution ? '1048576' : '1024'
  return written(shell, `${{ '-n': files, '-c': '0', '-s': '8192' }[option] ?? 'unlimited'}\n`)
}

/** 0 when the last expression is not 0. */
function letBuiltin(shell: Shell, argv: string[]): number {
  if (argv.length < 2) throw new ShellError('let: expression expected')
  let value = 0n
  for (const expression of argv.slice(1)) value = evaluate(expression, shell.variablesForArithmetic)
  return value === 0n ? 1 : 0
}
