import { Interrupted } from '../kernel/blockedCalls.ts'
import type { Process } from '../kernel/process.ts'
import type { List, Loop } from './ast.ts'
import { runTraps } from './interpreter.ts'
import { plain } from './parser.ts'
import type { Shell } from './shell.ts'

export interface EndlessLoop {
  /** 0: it only computes. */
  sleepMs: number
  words: string[]
}

const known = new WeakMap<Loop, EndlessLoop | null>()

/**
 * Recognises the loops that keep containers alive (`while :; do sleep 1; done`) and those that burn a CPU (`while :; do :; done`): they have
 * no effect but time, so that nothing needs to run while they do.
 */
export function endlessLoop(node: Loop): EndlessLoop | null {
  let found = known.get(node)
  if (found === undefined) {
    found = recognise(node)
    known.set(node, found)
  }
  return found
}

function recognise(node: Loop): EndlessLoop | null {
  const condition = commandsOf(node.condition)
  const body = commandsOf(node.body)
  if (!condition || !body || node.redirections.length > 0) return null
  const constant = condition.length === 1 && isNothing(condition[0] as string[], node.type === 'until')
  const all = constant ? body : node.type === 'while' && condition.length === 1 ? [...condition, ...body] : null
  if (!all) return null
  const sleeps = all.filter((words) => words[0] === 'sleep')
  if (all.some((words) => words[0] !== 'sleep' && !isNothing(words, false))) return null
  if (sleeps.length === 0) return constant ? { sleepMs: 0, words: [] } : null
  const [first] = sleeps
  if (sleeps.length > 1 || first?.length !== 2 || !/^\d+(\.\d+)?$/.test(first[1] ?? '') || Number(first[1]) === 0)
    return null
  return { sleepMs: Number(first[1]) * 1000, words: first }
}

function isNothing(words: string[], untilLoop: boolean): boolean {
  return words.length === 1 && (untilLoop ? words[0] === 'false' : words[0] === ':' || words[0] === 'true')
}

/** The words of a list of plain commands; null when it is anything else. */
function commandsOf(list: List): string[][] | null {
  const commands: string[][] = []
  for (const { node, background } of list.items) {
    if (background || node.type !== 'simple' || node.assignments.length > 0 || node.redirections.length > 0) return null
    const words = node.words.map(plain)
    if (words.includes(null)) return null
    commands.push(words as string[])
  }
  return commands
}

/** Never returns but by a trap that exits, or by the end of the process. */
export async function runEndlessLoop(shell: Shell, loop: EndlessLoop): Promise<never> {
  const { process } = shell
  for (;;) {
    if (shell.pending.length > 0) await runTraps(shell)
    if (loop.sleepMs > 0) await sleepOn(shell, loop)
    else await process.burn(Infinity, true).catch(passInterrupted)
  }
}

function passInterrupted(error: unknown): void {
  if (!(error instanceof Interrupted)) throw error
}

/** Stands in its sleep until a trap is due: that runs when the child that sleeps now is done. */
async function sleepOn(shell: Shell, loop: EndlessLoop): Promise<void> {
  const { process } = shell
  const { timers } = process.kernel
  const startedAt = timers.now()
  const child = sleeper(process, loop.words)
  await process.block<void>((resolve) => child.onExit(() => resolve(undefined)), true).catch(passInterrupted)
  if (child.dead) return
  const left = loop.sleepMs - ((timers.now() - startedAt) % loop.sleepMs)
  await process.block<void>((resolve) => timers.after(left, () => resolve(undefined)))
  child.finish(0)
}

function sleeper(process: Process, words: string[]): Process {
  const child = process.fork()
  child.comm = 'sleep'
  child.argv = words
  child.exe = '/bin/sleep'
  child.handlers.clear()
  return child
}
