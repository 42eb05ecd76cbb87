import { MachineError } from '../machineError.ts'
import type { ExecOptions, MachineExec } from '../machineContainer.ts'
import { outputFile } from '../fs/streams.ts'
import { findProgram } from '../kernel/execute.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { Process } from '../kernel/process.ts'
import { signalName } from '../kernel/signals.ts'
import { processInput, type ProcessInput } from './processInput.ts'

type Output = (stream: 'stdout' | 'stderr', data: Uint8Array) => void

/** Runs a command beside a container's first process. @throws MachineError when it has ended or the command is not there */
export function startExec(kernel: Kernel, first: Process, argv: string[], options: ExecOptions): MachineExec {
  if (first.dead) throw new MachineError('ESRCH', 'the container has ended')
  const { context } = first
  const env: Record<string, string> = { ...(options.tty ? { TERM: 'xterm' } : {}), ...context.env, ...options.env }
  // While the exec runs somebody waits for it: its sleeps move time. What it leaves behind in the background does not.
  const parking = { budgetMs: Infinity }
  const noNewPrivs = options.noNewPrivs ?? context.noNewPrivs
  const process = new Process(kernel, { ...context, root: '', env, noNewPrivs, parking }, null)
  process.onExit(() => (parking.budgetMs = 0))
  const output = new Buffered()
  const input = processInput(kernel, process, options.tty, (data) => output.emit('stdout', data))
  try {
    const { program, path } = findProgram(process, argv[0] ?? '', env.PATH)
    process.setFd(0, input.file)
    process.setFd(
      1,
      outputFile(kernel.takeNumber(), options.tty, (data) => output.emit('stdout', data), input.file),
    )
    process.setFd(
      2,
      outputFile(
        kernel.takeNumber(),
        options.tty,
        (data) => output.emit(options.tty ? 'stdout' : 'stderr', data),
        input.file,
      ),
    )
    process.become(program, argv, path, (argv[0] as string).split('/').pop() as string)
    const exit = new Promise<number>((resolve) => process.onExit(() => resolve(process.status)))
    process.grow(60)
    // Not a microtask: whoever execs in a loop must not starve the timers.
    setImmediate(() => void process.run(() => program.run(process, argv)))
    return handle(kernel, process, output, input, exit)
  } catch (error) {
    process.terminate('KILL')
    throw error
  }
}

function handle(
  kernel: Kernel,
  process: Process,
  output: Buffered,
  input: ProcessInput,
  exit: Promise<number>,
): MachineExec {
  return {
    pid: process.pid,
    exit,
    get signal() {
      return process.endedBy
    },
    onOutput: (listener) => output.listen(listener),
    writeStdin: (data) => input.write(data),
    endStdin: () => input.end(),
    resize(columns, rows) {
      kernel.terminalSize = { columns, rows }
      process.signalled('WINCH')
    },
    kill: (signal = 'KILL') => process.signalled(signalName(signal) ?? 'KILL'),
  }
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
