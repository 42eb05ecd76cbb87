import { MachineError } from '../machineError.ts'
import { readFile } from '../fs/files.ts'
import type { Program } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { Interrupted } from '../kernel/blockedCalls.ts'
import { ShellSyntaxError } from './ast.ts'
import { parseScript } from './parser.ts'
import { runList, runShell, runText, runTraps } from './interpreter.ts'
import { DropLine, Shell } from './shell.ts'
import { ShellError } from './shellError.ts'

/** busybox sh: -c, a script, or commands from standard input, with a prompt on a terminal. */
export function shellProgram(name: string): Program {
  return { name, run: runShellProgram }
}

async function runShellProgram(process: Process, argv: string[]): Promise<number> {
  const args = argv.slice(1)
  const options = new Set<string>()
  let commandText = false
  while (args[0] && /^[-+][a-zA-Z]/.test(args[0])) {
    const option = args.shift() as string
    if (option === '--') break
    for (const letter of option.slice(1)) {
      if (letter === 'c') commandText = true
      else if (letter === 'o') options.add(args.shift() ?? '')
      else if (letter !== 'l') options.add(letter)
    }
  }
  if (args[0] === '--') args.shift()
  const name = argv[0] as string
  if (commandText) {
    const text = args.shift()
    if (text === undefined) {
      await process.err(`${name}: -c requires an argument\n`)
      return 2
    }
    const shell = new Shell(process, args[0] ?? name.replace(/^-/, ''), args.slice(1))
    for (const option of options) shell.options.add(option)
    return runShell(shell, () => guarded(shell, () => runText(shell, text, true)))
  }
  const file = args.shift()
  if (file === undefined) return interact(process, name, options)
  const shell = new Shell(process, file, args)
  for (const option of options) shell.options.add(option)
  let text: string
  try {
    text = await readFile(process, file)
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    await process.err(`${name}: can't open '${file}': ${error.message}\n`)
    return error.errno === 'ENOENT' ? 2 : 126
  }
  return runShell(shell, () => guarded(shell, () => runText(shell, text, true)))
}

/** Tells syntax errors as ash does: with the line. */
async function guarded(shell: Shell, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error
    await shell.process.err(`${shell.name}: ${error.message}\n`)
    return 2
  }
}

/** Commands from standard input, each run as soon as it is complete. */
async function interact(process: Process, name: string, options: Set<string>): Promise<number> {
  const shell = new Shell(process, name.replace(/^-/, ''), [])
  for (const option of options) shell.options.add(option)
  const prompting = process.fds.get(0)?.tty === true || options.has('i')
  if (prompting) {
    for (const signal of ['TERM', 'QUIT']) process.handlers.set(signal, () => process.interrupt())
    process.handlers.set('INT', () => {
      shell.interrupted = true
      process.interrupt()
    })
  }
  const reader = new LineReader(process)
  return runShell(shell, async () => {
    let pendingText = ''
    for (;;) {
      if (prompting) await process.out(pendingText === '' ? prompt(shell) : '> ')
      const line = await reader.next()
      if (line === null) {
        if (pendingText !== '') await guarded(shell, () => runText(shell, pendingText))
        if (prompting) await process.out('\n')
        return shell.status
      }
      pendingText += `${line}\n`
      try {
        const list = parseScript(pendingText)
        pendingText = ''
        shell.interrupted = false
        try {
          shell.status = await runList(shell, list)
        } catch (error) {
          if (error instanceof DropLine) shell.status = 130
          else if (prompting && error instanceof ShellError) {
            shell.complain(error.message)
            shell.status = error.status
          } else throw error
        }
        await runTraps(shell)
      } catch (error) {
        if (!(error instanceof ShellSyntaxError)) throw error
        if (/end of file|unterminated|backquote/.test(error.message)) continue
        await process.err(`${shell.name}: ${error.message}\n`)
        pendingText = ''
        shell.status = 2
        if (!prompting) return 2
      }
    }
  })
}

function prompt(shell: Shell): string {
  const home = shell.get('HOME') ?? ''
  const { cwd } = shell.process.context
  const where = cwd === home ? '~' : home !== '' && cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd
  return (shell.get('PS1') ?? '')
    .replaceAll('\\w', where)
    .replaceAll('\\$', shell.process.uid === 0 ? '#' : '$')
    .replaceAll('\\h', shell.process.context.utsNs.hostname)
}

/** Lines of a stream, not one byte read ahead of what a child may want: bytes after the line stay for the next call. */
export class LineReader {
  readonly #process: Process
  #rest = ''

  constructor(process: Process) {
    this.#process = process
  }

  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf('\n')
      if (end >= 0) {
        const line = this.#rest.slice(0, end)
        this.#rest = this.#rest.slice(end + 1)
        return line
      }
      let chunk: Uint8Array | null
      try {
        chunk = await this.#process.read(0)
      } catch (error) {
        if (error instanceof Interrupted) return ''
        throw error
      }
      if (chunk) this.#rest += Buffer.from(chunk).toString()
      else {
        const line = this.#rest
        this.#rest = ''
        return line === '' ? null : line
      }
    }
  }
}
