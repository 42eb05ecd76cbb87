import { MachineError } from '../machineError.ts'
import type { OpenFile } from '../fs/openFile.ts'
import { findProgram } from '../kernel/execute.ts'
import type { Process } from '../kernel/process.ts'
import { signalName, signalNumber } from '../kernel/signals.ts'
import { PIECE_BYTES, UsageError, costOfPiece, eachInput, options, pieces } from './applet.ts'
import type { Applet } from './applet.ts'
import { echoText } from './echo.ts'
import { formatPrintf } from './printf.ts'
import { killCommand, mayKill } from './kill.ts'
import { testCommand } from './test.ts'

const cat: Applet = async (process, argv) => {
  const { rest } = options(argv, 'nbvteAsu')
  const sink = process.fds.get(1)?.sink
  return eachInput(process, 'cat', rest, (file) =>
    file.endless && sink ? process.burn(Infinity) : copyOut(process, file),
  )
}

/** Copies a file to standard output: at once where nothing has to be waited for, as with most files of /proc. */
function copyOut(process: Process, file: OpenFile): void | Promise<void> {
  for (;;) {
    const got = file.read(PIECE_BYTES)
    if (got instanceof Promise) {
      const first = process.during(got).then((chunk) => (chunk ? copyPiece(process, chunk) : undefined))
      return copyRest(process, file, first)
    }
    if (!got) return
    const waiting = copyPiece(process, got)
    if (waiting) return copyRest(process, file, waiting)
  }
}

function copyPiece(process: Process, chunk: Uint8Array): void | Promise<void> {
  const pause = process.spend(costOfPiece(chunk))
  return pause ? pause.then(() => process.write(1, chunk)) : process.write(1, chunk)
}

async function copyRest(process: Process, file: OpenFile, first: Promise<void>): Promise<void> {
  await first
  for await (const chunk of pieces(process, file)) {
    const wrote = process.write(1, chunk)
    if (wrote) await wrote
  }
}

/** Seconds with a unit: 1, 0.5, 2m, 1h, 3d, infinity. */
export function duration(text: string): number | null {
  if (/^inf(inity)?$/i.test(text)) return Infinity
  const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text)
  if (!match) return null
  return Number(match[1]) * { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] as ''] * 1000
}

const sleep: Applet = async (process, argv) => {
  const args = argv.slice(1)
  if (args.length === 0) {
    await process.err(
      'BusyBox v1.36.1 multi-call binary.\n\nUsage: sleep [N]...\n\nPause for a time equal to the total of the args given, where each arg can\nhave an optional suffix of (s)econds, (m)inutes, (h)ours, or (d)ays\n',
    )
    return 1
  }
  let total = 0
  for (const text of args) {
    const ms = duration(text)
    if (ms === null) {
      await process.err(`sleep: invalid number '${text}'\n`)
      return 1
    }
    total += ms
  }
  await process.sleep(total)
  return 0
}

const usleep: Applet = async (process, argv) => {
  await process.sleep(Number(argv[1] ?? 0) / 1000)
  return 0
}

const timeout: Applet = async (process, argv) => {
  const given = options(argv, '+s:k:')
  const [limit, ...command] = given.rest
  const ms = limit === undefined ? null : duration(limit)
  const signal = signalName(given.get('s') ?? 'TERM')
  if (ms === null || command.length === 0)
    throw new UsageError(ms === null && limit !== undefined ? `invalid number '${limit}'` : '')
  if (!signal) throw new UsageError(`bad signal name '${given.get('s')}'`)
  const child = startCommand(process, command)
  if (typeof child === 'number') {
    await process.err(`timeout: can't execute '${command[0]}': No such file or directory\n`)
    return child
  }
  let timedOut = false
  let stop = process.kernel.timers.after(ms, () => {
    timedOut = true
    child.signalled(signal)
    const killAfter = duration(given.get('k') ?? '')
    if (killAfter !== null) stop = process.kernel.timers.after(killAfter, () => child.signalled('KILL'))
  })
  process.onExit(() => stop())
  await process.block<void>((resolve) => child.onExit(() => resolve(undefined)))
  stop()
  // busybox: the exit code of the command, 143 when TERM ended it (libbb/timeout.c).
  return timedOut && child.endedBy ? 128 + signalNumber(child.endedBy) : child.status
}

/** Starts a command as a child of an applet; a number is the exit code when it cannot. */
export function startCommand(process: Process, argv: string[]): Process | number {
  try {
    const { program, path } = findProgram(process, argv[0] as string, process.context.env.PATH)
    const child = process.fork()
    child.become(program, argv, path, (argv[0] as string).split('/').pop() as string)
    void child.run(async () => {
      const pause = child.spend(400)
      if (pause) await pause
      return program.run(child, argv)
    })
    return child
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return error.errno === 'ENOENT' ? 127 : 126
  }
}

/** Runs a command in this applet's own process, as execvp does. */
export async function become(process: Process, applet: string, argv: string[]): Promise<number> {
  try {
    const { program, path } = findProgram(process, argv[0] as string, process.context.env.PATH)
    process.become(program, argv, path, (argv[0] as string).split('/').pop() as string)
    return program.run(process, argv)
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    await process.err(`${applet}: can't execute '${argv[0]}': ${error.message}\n`)
    return error.errno === 'ENOENT' ? 127 : 126
  }
}

const env: Applet = async (process, argv) => {
  const given = options(argv, '+iu:')
  const rest = given.rest.slice()
  if (given.has('i') || rest[0] === '-') process.context.env = {}
  if (rest[0] === '-') rest.shift()
  for (const name of given.all('u')) delete process.context.env[name]
  while (rest[0]?.includes('=')) {
    const [name = '', value = ''] = (rest.shift() as string).split(/=(.*)/s)
    process.context.env[name] = value
  }
  if (rest.length > 0) return become(process, 'env', rest)
  await process.out(
    Object.entries(process.context.env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return 0
}

const printenv: Applet = async (process, argv) => {
  if (argv.length === 1) return env(process, ['env'])
  let status = 0
  for (const name of argv.slice(1)) {
    const value = process.context.env[name]
    if (value === undefined) status = 1
    else await process.out(`${value}\n`)
  }
  return status
}

const yes: Applet = async (process, argv) => {
  if (process.fds.get(1)?.sink) await process.burn(Infinity)
  const block = Buffer.from(`${argv.slice(1).join(' ') || 'y'}\n`.repeat(2048))
  for (;;) {
    const pause = process.spend(20)
    if (pause) await pause
    await process.write(1, block)
  }
}

const killall: Applet = async (process, argv) => {
  const { names, signal, quiet } = killallArguments(argv.slice(1))
  let status = 0
  for (const name of names) {
    const found = [...process.context.pidNs.processes.values()].filter(
      (other) => other !== process && other.comm === name.slice(0, 15),
    )
    if (found.length === 0) {
      status = 1
      if (!quiet) await process.err(`killall: ${name}: no process killed\n`)
    }
    for (const victim of found) if (mayKill(process, victim)) victim.signalled(signal)
  }
  return status
}

function killallArguments(args: string[]): { names: string[]; signal: string; quiet: boolean } {
  const names = args.filter((word) => !word.startsWith('-'))
  const flags = args.filter((word) => word.startsWith('-')).map((word) => word.slice(1))
  const signal =
    flags
      .filter((flag) => flag !== 'q')
      .map(signalName)
      .find((name) => name !== null) ?? 'TERM'
  return { names, signal, quiet: flags.includes('q') }
}

/** timeout, nohup and the like; `test`, `echo` outside the shell. */
export const BASIC: Record<string, Applet> = {
  cat,
  sleep,
  usleep,
  timeout,
  env,
  printenv,
  yes,
  killall,
  kill: (process, argv) => killCommand(process, argv),
  true: () => 0,
  false: () => 1,
  test: testCommand,
  '[': testCommand,
  '[[': testCommand,
  echo: async (process, argv) => {
    await process.out(echoText(argv.slice(1)))
    return 0
  },
  printf: async (process, argv) => {
    const { text, status, complaints } = formatPrintf(argv.slice(1))
    for (const complaint of complaints) await process.err(`printf: ${complaint}\n`)
    await process.out(text)
    return status
  },
  nohup: (process, argv) => {
    process.handlers.set('HUP', 'ignore')
    return become(process, 'nohup', argv.slice(1))
  },
  setsid: (process, argv) =>
    become(
      process,
      'setsid',
      argv.slice(1).filter((word) => word !== '-c'),
    ),
  nice: (process, argv) =>
    argv.length === 1
      ? Promise.resolve(process.out('0\n')).then(() => 0)
      : become(process, 'nice', argv.slice(argv[1] === '-n' ? 3 : 1)),
  time: async (process, argv) => {
    const start = process.kernel.timers.now()
    const child = startCommand(process, argv.slice(1))
    if (typeof child === 'number') return child
    await process.block<void>((resolve) => child.onExit(() => resolve(undefined)))
    const seconds = (ms: number) => `${Math.floor(ms / 60_000)}m ${((ms % 60_000) / 1000).toFixed(2)}s`
    await process.err(
      `real\t${seconds(process.kernel.timers.now() - start)}\nuser\t${seconds(child.cpuUsec / 1000)}\nsys\t0m 0.00s\n`,
    )
    return child.status
  },
}
