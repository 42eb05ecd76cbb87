import { spawn } from 'node:child_process'

/** How a child process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * Runs a program to its end, its output on standard error. It is handed the signal that asks us to stop, and awaited, so that it can clean up;
 * where we leave all the same, it gets another one.
 * @param stop aborted to stop, with the name of the signal or a reason. @throws Error of the system where it cannot be started
 */
export async function runToEnd(
  [file = '', ...argv]: readonly string[],
  stop: AbortSignal,
  { env = process.env, silent = false }: { env?: Readonly<Record<string, string | undefined>>; silent?: boolean } = {},
): Promise<Ending> {
  // A group of its own: the terminal's Ctrl-C would reach it besides ours, and the second one ends a run without clean-up.
  const child = spawn(file, argv, {
    stdio: ['ignore', silent ? 'ignore' : process.stderr, process.stderr],
    env,
    detached: true,
  })
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal)
  }
  const first = () => (typeof stop.reason === 'string' ? (stop.reason as NodeJS.Signals) : 'SIGTERM')
  const hand = (): void => send(first())
  // Another one than the first: two of a kind can arrive as one.
  const leave = (): void => send(first() === 'SIGTERM' ? 'SIGINT' : 'SIGTERM')
  stop.addEventListener('abort', hand)
  process.once('exit', leave)
  try {
    return await new Promise<Ending>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
  } finally {
    stop.removeEventListener('abort', hand)
    process.off('exit', leave)
  }
}
