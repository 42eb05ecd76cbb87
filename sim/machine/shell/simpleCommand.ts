import { awaitChild, runNode, substitute } from './interpreter.ts'
import { MachineError } from '../machineError.ts'
import type { Program } from '../fs/inode.ts'
import { findProgram } from '../kernel/execute.ts'
import type { Node, Simple } from './ast.ts'
import { BUILTINS, SPECIAL_BUILTINS } from './builtins.ts'
import { expandText, expandWords } from './expand.ts'
import { redirect, restore } from './redirect.ts'
import type { Shell } from './shell.ts'
import { ExitShell, ReturnFrom } from './shell.ts'

export async function runSimple(shell: Shell, command: Simple, last: boolean): Promise<number> {
  const expanded = expandWords(shell, command.words, substitute)
  const argv = expanded instanceof Promise ? await expanded : expanded
  const name = argv[0]
  if (name === undefined) return assign(shell, command)
  const assignments: { name: string; value: string }[] = []
  for (const { name: variable, value } of command.assignments)
    assignments.push({ name: variable, value: await expandText(shell, value, substitute) })
  if (shell.options.has('x')) void shell.process.err(`${shell.get('PS4') ?? '+ '}${argv.join(' ')}\n`)
  const body = shell.functions.get(name)
  const builtin = body ? undefined : BUILTINS.get(name)
  if (!body && !builtin) return runExternal(shell, command, argv, assignments, last)
  const special = SPECIAL_BUILTINS.has(name)
  const before = assignments.map(
    ({ name: variable }) => [variable, shell.get(variable), shell.exported.has(variable)] as const,
  )
  for (const { name: variable, value } of assignments) {
    shell.set(variable, value)
    if (!special) shell.exported.add(variable)
  }
  const pause = shell.process.spend(BUILTIN_USEC)
  if (pause) await pause
  const saved =
    command.redirections.length > 0 ? await redirect(shell, shell.process, command.redirections, substitute) : undefined
  if (saved === null) {
    if (special) throw new ExitShell(2)
    return 1
  }
  const keep = name === 'exec' && argv.length === 1
  try {
    if (body) return await callFunction(shell, body, argv.slice(1))
    return await (builtin as NonNullable<typeof builtin>)(shell, argv)
  } catch (thrown) {
    if (!(thrown instanceof MachineError)) throw thrown
    shell.complain(`${name}: ${thrown.message}`)
    return 1
  } finally {
    if (saved && !keep) restore(shell.process, saved)
    if (!special && !shell.process.dead) {
      for (const [variable, value, exported] of before) {
        if (value === undefined) shell.variables.delete(variable)
        else shell.variables.set(variable, value)
        if (!exported) shell.exported.delete(variable)
      }
    }
  }
}

async function assign(shell: Shell, command: Simple): Promise<number> {
  // The values may say $?: until they are worked out it is the last command's, and then that of a substitution among them, if there was one.
  let substituted = false
  const substituting: typeof substitute = (...args) => {
    substituted = true
    return substitute(...args)
  }
  const pause = shell.process.spend(1)
  if (pause) await pause
  for (const { name, value } of command.assignments) shell.set(name, await expandText(shell, value, substituting))
  if (!substituted) shell.status = 0
  if (command.redirections.length === 0) return shell.status
  const saved = await redirect(shell, shell.process, command.redirections, substitute)
  if (saved === null) return 1
  restore(shell.process, saved)
  return shell.status
}

async function callFunction(shell: Shell, body: Node, args: string[]): Promise<number> {
  const positional = shell.positional
  shell.positional = args
  shell.inFunction++
  shell.locals.push(new Map())
  try {
    return await runNode(shell, body, false)
  } catch (thrown) {
    if (thrown instanceof ReturnFrom) return thrown.status
    throw thrown
  } finally {
    shell.inFunction--
    shell.positional = positional
    for (const [name, value] of shell.locals.pop() ?? []) {
      if (value === undefined) shell.variables.delete(name)
      else shell.variables.set(name, value)
    }
  }
}

async function runExternal(
  shell: Shell,
  command: Simple,
  argv: string[],
  assignments: { name: string; value: string }[],
  last: boolean,
): Promise<number> {
  const inPlace = last && shell.traps.size === 0 && shell.jobs.every((job) => job.dead)
  const child = inPlace ? shell.process : shell.process.fork()
  child.context.env = shell.environment(assignments)
  if (command.redirections.length > 0 && (await redirect(shell, child, command.redirections, substitute)) === null) {
    if (!inPlace) child.finish(1)
    return 1
  }
  const name = argv[0] as string
  let program: Program
  let path: string
  try {
    ;({ program, path } = findProgram(child, name, shell.get('PATH')))
  } catch (error) {
    const missing = !(error instanceof MachineError) || error.errno === 'ENOENT' || error.errno === 'ENOTDIR'
    if (child.fds.has(2))
      await child.err(
        `${shell.name}: ${name}: ${missing && !name.includes('/') ? 'not found' : missing ? 'not found' : (error as Error).message}\n`,
      )
    if (!inPlace) child.finish(missing ? 127 : 126)
    return missing ? 127 : 126
  }
  child.become(program, program.noExec ? shell.process.argv : argv, path, name.slice(name.lastIndexOf('/') + 1))
  const start = async () => {
    const pause = child.spend(FORK_USEC)
    if (pause) await pause
    return program.run(child, argv)
  }
  if (inPlace) return start()
  void child.run(start)
  return awaitChild(shell, child)
}

export const BUILTIN_USEC = 3
const FORK_USEC = 400
