import { MachineError } from '../machine.ts'
import type { MachineExec } from '../machine.ts'
import type { OpenFile } from '../fs/openFile.ts'
import { Pipe, outputFile } from '../fs/streams.ts'
import { findProgram } from '../kernel/execute.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { Process } from '../kernel/process.ts'
import { signalName } from '../kernel/signals.ts'

type Output = (stream: 'stdout' | 'stderr', data: Uint8Array) => void

const CONTROL_C = 3
const CONTROL_D = 4
const CARRIAGE_RETURN = 13

/** Runs a command beside a container's first process. @throws MachineError when it has ended or the command is not there */
export function startExec(
  kernel: Kernel,
  first: Process,
  argv: string[],
  options: { tty: boolean; env?: Record<string, string>; noNewPrivs: boolean },
): MachineExec {
  if (first.dead) throw new MachineError('ESRCH', 'the container has ended')
  const { context } = first
  const env: Record<string, string> = { ...(options.tty ? { TERM: 'xterm' } : {}), ...context.env, ...options.env }
  // While the exec runs somebody waits for it: its sleeps move time. What it leaves behind in the background does not.
  const parking = { budgetMs: Infinity }
  const process = new Process(kernel, { ...context, root: '', env, parking, noNewPrivs: options.noNewPrivs }, null)
  process.onExit(() => (parking.budgetMs = 0))
  const output = new Buffered()
  const input = new Pipe(kernel.takeNumber())
  input.writeEnd.references++
  try {
    const { program, path } = findProgram(process, argv[0] ?? '', env.PATH)
    const stdin: OpenFile = options.tty
      ? { ...input.readEnd, references: 0, tty: true, describe: () => '/dev/pts/0' }
      : input.readEnd
    process.setFd(0, stdin)
    process.setFd(
      1,
      outputFile(kernel.takeNumber(), options.tty, (data) => output.emit('stdout', data), stdin),
    )
    process.setFd(
      2,
      outputFile(
        kernel.takeNumber(),
        options.tty,
        (data) => output.emit(options.tty ? 'stdout' : 'stderr', data),
        stdin,
      ),
    )
    process.become(program, argv, path, (argv[0] as string).split('/').pop() as string)
    const exit = new Promise<number>((resolve) => process.onExit(() => resolve(process.status)))
    process.grow(60)
    // Not a microtask: whoever execs in a loop must not starve the timers.
    setImmediate(() => void process.run(() => program.run(process, argv)))
    return handle(kernel, process, output, input, exit, options.tty)
  } catch (error) {
    process.terminate('KILL')
    throw error
  }
}

function handle(
  kernel: Kernel,
  process: Process,
  output: Buffered,
  input: Pipe,
  exit: Promise<number>,
  tty: boolean,
): MachineExec {
  const type = (data: Uint8Array) => void input.writeEnd.write(data)
  return {
    pid: process.pid,
    exit,
    get signal() {
      return process.endedBy
    },
    onOutput: (listener) => output.listen(listener),
    writeStdin(data) {
      if (process.dead) return
      if (tty) keystrokes(process, data, output, type, () => endInput(input))
      else {
        try {
          type(data)
        } catch {
          // Nobody reads any more: the rest is dropped.
        }
      }
    },
    endStdin: () => endInput(input),
    resize(columns, rows) {
      kernel.terminalSize = { columns, rows }
      process.signalled('WINCH')
    },
    kill: (signal = 'KILL') => process.signalled(signalName(signal) ?? 'KILL'),
  }
}

function endInput(input: Pipe): void {
  if (input.writeEnd.references === 0) return
  input.writeEnd.references = 0
  input.writeEnd.close()
}

/** What a terminal in cooked mode makes of keys: echo, newline for return, signals, end of input. */
function keystrokes(
  process: Process,
  data: Uint8Array,
  output: Buffered,
  type: (data: Uint8Array) => void,
  end: () => void,
): void {
  for (const byte of data) {
    if (byte === CONTROL_C) {
      output.emit('stdout', Buffer.from('^C\r\n'))
      for (const child of foreground(process)) child.signalled('INT')
    } else if (byte === CONTROL_D) end()
    else if (byte === CARRIAGE_RETURN || byte === 10) {
      output.emit('stdout', Buffer.from('\r\n'))
      type(Buffer.from('\n'))
    } else {
      output.emit('stdout', Uint8Array.of(byte))
      type(Uint8Array.of(byte))
    }
  }
}

function foreground(process: Process): Process[] {
  const all: Process[] = []
  const walk = (at: Process) => {
    for (const child of at.children) walk(child)
    all.push(at)
  }
  walk(process)
  return all
}

/** Keeps output until somebody listens. */
class Buffered {
  #early: ['stdout' | 'stderr', Uint8Array][] = []
  readonly #listeners: Output[] = []

  emit(stream: 'stdout' | 'stderr', data: Uint8Array): void {
    if (this.#listeners.length === 0) this.#early.push([stream, data])
    for (const listener of this.#listeners) listener(stream, data)
  }

  listen(listener: Output): void {
    this.#listeners.push(listener)
    for (const [stream, data] of this.#early.splice(0)) listener(stream, data)
  }
}
