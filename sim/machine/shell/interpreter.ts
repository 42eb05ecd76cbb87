import { MachineError } from '../machineError.ts'
import type { OpenFile } from '../fs/openFile.ts'
import { Pipe } from '../fs/streams.ts'
import type { Process } from '../kernel/process.ts'
import { SIGNAL_TEXTS } from '../kernel/signals.ts'
import type { AndOr, Case, For, Group, If, List, Loop, Node, Pipeline, Simple } from './ast.ts'
import { expandPattern, expandText, expandWords } from './expand.ts'
import { endlessLoop, runEndlessLoop } from './endlessLoop.ts'
import { parseScript } from './parser.ts'
import { patternRegExp } from './pattern.ts'
import { redirect, restore } from './redirect.ts'
import type { Shell } from './shell.ts'
import { BreakLoop, DropLine, ExitShell, ReturnFrom } from './shell.ts'
import { ShellError } from './shellError.ts'
import { runSimple, BUILTIN_USEC } from './simpleCommand.ts'

/** Runs a script in this shell. @param last nothing follows: the last command may take the process (ash's EV_EXIT) */
export async function runText(shell: Shell, text: string, last = false): Promise<number> {
  return runList(shell, parseScript(text), last)
}

export async function runList(shell: Shell, list: List, last = false): Promise<number> {
  const { items } = list
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as List['items'][number]
    if (item.background) startBackground(shell, item.node)
    else shell.status = await runNode(shell, item.node, last && index === items.length - 1)
    if (shell.interrupted) throw new DropLine()
    if (shell.pending.length > 0) await runTraps(shell)
  }
  return shell.status
}

export async function runNode(shell: Shell, node: Node, last: boolean): Promise<number> {
  switch (node.type) {
    case 'simple':
      return errexit(shell, await runSimple(shell, node, last))
    case 'pipeline':
      return runPipeline(shell, node)
    case 'and':
    case 'or':
      return runAndOr(shell, node, last)
    case 'function':
      shell.functions.set(node.name, node.body)
      return 0
    case 'subshell': {
      const child = shell.process.fork()
      return errexit(
        shell,
        await awaitChild(
          shell,
          startChild(shell, child, async (inner) =>
            withRedirections(inner, node.redirections, () => runList(inner, node.body, true)),
          ),
        ),
      )
    }
    default:
      return withRedirections(shell, node.redirections, () => runCompound(shell, node, last))
  }
}

function runCompound(shell: Shell, node: If | Loop | For | Case | Group, last: boolean): Promise<number> {
  switch (node.type) {
    case 'group':
    case 'subshell':
      return runList(shell, node.body, last)
    case 'if':
      return runIf(shell, node, last)
    case 'for':
      return runFor(shell, node)
    case 'case':
      return runCase(shell, node, last)
    default:
      return runLoop(shell, node)
  }
}

/** set -e */
function errexit(shell: Shell, status: number): number {
  shell.status = status
  if (status !== 0 && shell.inCondition === 0 && shell.options.has('e')) throw new ExitShell(status)
  return status
}

async function condition<T>(shell: Shell, run: () => Promise<T>): Promise<T> {
  shell.inCondition++
  try {
    return await run()
  } finally {
    shell.inCondition--
  }
}

async function runAndOr(shell: Shell, node: AndOr, last: boolean): Promise<number> {
  const left = await condition(shell, () => runNode(shell, node.left, false))
  shell.status = left
  if ((left === 0) !== (node.type === 'and')) return left
  return runNode(shell, node.right, last)
}

async function runIf(shell: Shell, node: If, last: boolean): Promise<number> {
  const status = await condition(shell, () => runList(shell, node.condition))
  if (status === 0) return runList(shell, node.then, last)
  shell.status = 0
  return node.else ? runList(shell, node.else, last) : 0
}

async function runLoop(shell: Shell, node: Loop): Promise<number> {
  const endless = endlessLoop(node)
  if (endless) return runEndlessLoop(shell, endless)
  let status = 0
  return looping(shell, async (once) => {
    for (;;) {
      const holds = (await condition(shell, () => runList(shell, node.condition))) === 0
      if (holds !== (node.type === 'while')) return status
      if (!(await once(async () => (status = await runList(shell, node.body))))) return 0
    }
  })
}

async function runFor(shell: Shell, node: For): Promise<number> {
  const words = node.words ? await expandWords(shell, node.words, substitute) : shell.positional.slice()
  let status = 0
  return looping(shell, async (once) => {
    for (const word of words) {
      shell.set(node.name, word)
      if (!(await once(async () => (status = await runList(shell, node.body))))) return 0
    }
    return status
  })
}

/** `once` runs a body and answers whether the loop goes on: break and continue end here. */
async function looping(
  shell: Shell,
  loop: (once: (body: () => Promise<unknown>) => Promise<boolean>) => Promise<number>,
): Promise<number> {
  shell.inLoop++
  try {
    return await loop(async (body) => {
      try {
        const pause = shell.process.spend(BUILTIN_USEC)
        if (pause) await pause
        await body()
        return true
      } catch (thrown) {
        if (!(thrown instanceof BreakLoop)) throw thrown
        if (--thrown.levels > 0) throw thrown
        return thrown.kind === 'continue'
      }
    })
  } finally {
    shell.inLoop--
  }
}

async function runCase(shell: Shell, node: Case, last: boolean): Promise<number> {
  const word = await expandText(shell, node.word, substitute)
  for (const arm of node.arms) {
    for (const pattern of arm.patterns) {
      if (!patternRegExp(await expandPattern(shell, pattern, substitute)).test(word)) continue
      shell.status = 0
      return runList(shell, arm.body, last)
    }
  }
  return 0
}

async function withRedirections(
  shell: Shell,
  redirections: Simple['redirections'],
  run: () => Promise<number>,
): Promise<number> {
  if (redirections.length === 0) return run()
  const saved = await redirect(shell, shell.process, redirections, substitute)
  if (saved === null) return 1
  try {
    return await run()
  } finally {
    restore(shell.process, saved)
  }
}

async function runPipeline(shell: Shell, node: Pipeline): Promise<number> {
  if (node.commands.length === 1) {
    const status = await condition(shell, () => runNode(shell, node.commands[0] as Node, false))
    return node.negated ? Number(status === 0) : status
  }
  const children: Process[] = []
  let input: OpenFile | null = null
  for (const index of node.commands.keys()) {
    const child = shell.process.fork()
    if (input) child.setFd(0, input)
    const pipe: Pipe | null = index < node.commands.length - 1 ? new Pipe(shell.process.kernel.takeNumber()) : null
    if (pipe) child.setFd(1, pipe.writeEnd)
    input = pipe?.readEnd ?? null
    children.push(child)
  }
  // All of them are there before the first does anything: `ps | grep` shows the grep.
  for (const [index, child] of children.entries())
    startChild(shell, child, (inner) => runNode(inner, node.commands[index] as Node, true))
  const statuses: number[] = []
  for (const child of children) statuses.push(await awaitChild(shell, child, child !== children[children.length - 1]))
  const failed = shell.options.has('pipefail') ? statuses.filter((status) => status !== 0).pop() : undefined
  const status = failed ?? statuses[statuses.length - 1] ?? 0
  return node.negated ? Number(status === 0) : errexit(shell, status)
}

/** Starts code as a subshell in a child which was forked for it. */
function startChild(shell: Shell, child: Process, code: (inner: Shell) => Promise<number>): Process {
  const inner = shell.forked(child)
  void child.run(() => runShell(inner, () => code(inner)))
  return child
}

/** Runs a shell's code to its exit: status, EXIT trap, errors that end it. */
export async function runShell(shell: Shell, code: () => Promise<number>): Promise<number> {
  let status: number
  try {
    status = await code()
  } catch (thrown) {
    status = ended(shell, thrown)
  }
  const atExit = shell.traps.get('EXIT')
  if (!atExit) return status
  shell.traps.delete('EXIT')
  shell.status = status
  try {
    await runText(shell, atExit)
  } catch (thrown) {
    return ended(shell, thrown)
  }
  return status
}

function ended(shell: Shell, thrown: unknown): number {
  if (thrown instanceof ExitShell || thrown instanceof ReturnFrom) return thrown.status
  if (thrown instanceof BreakLoop) return 0
  if (thrown instanceof ShellError) {
    shell.complain(thrown.message)
    return thrown.status
  }
  if (thrown instanceof MachineError && thrown.errno === 'EAGAIN') {
    shell.complain("can't fork: Resource temporarily unavailable")
    return 2
  }
  throw thrown
}

function startBackground(shell: Shell, node: Node): void {
  const child = shell.process.fork()
  shell.jobs.push(child)
  shell.lastBackground = String(child.ownPid)
  shell.status = 0
  child.handlers.set('INT', 'ignore')
  child.handlers.set('QUIT', 'ignore')
  startChild(shell, child, (inner) => runNode(inner, node, true))
}

export async function awaitChild(shell: Shell, child: Process, quiet = false): Promise<number> {
  if (!child.dead) await shell.process.block((resolve) => child.onExit(() => resolve(undefined)))
  if (child.endedBy && !quiet && child.endedBy !== 'INT' && child.endedBy !== 'PIPE') {
    const text = SIGNAL_TEXTS[child.endedBy]
    if (text) void shell.process.err(`${text}\n`)
  }
  return child.status
}

/** $( … ) */
export async function substitute(shell: Shell, body: List): Promise<string> {
  const chunks: Uint8Array[] = []
  let closed: () => void = () => undefined
  const output: OpenFile = {
    references: 0,
    pipe: true,
    read: () => null,
    write: (data) => void chunks.push(data),
    close: () => closed(),
    describe: () => 'pipe:[1]',
  }
  const child = shell.process.fork()
  child.setFd(1, output)
  startChild(shell, child, (inner) => runList(inner, body, true))
  shell.status = await awaitChild(shell, child, true)
  if (output.references > 0) await shell.process.block<void>((resolve) => void (closed = () => resolve(undefined)))
  return Buffer.concat(chunks).toString().replace(/\n+$/, '').replaceAll('\0', '')
}

export async function runTraps(shell: Shell): Promise<void> {
  while (shell.pending.length > 0) {
    const signal = shell.pending.shift() as string
    const action = shell.traps.get(signal)
    if (!action) continue
    const status = shell.status
    await runText(shell, action)
    shell.status = status
  }
}
