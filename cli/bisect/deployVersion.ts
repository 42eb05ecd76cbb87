import { spawn } from 'node:child_process'
import { Interrupted } from './bisect.ts'

/** How a child process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * Runs a program to its end, its output on standard error. It is handed the signal that asks us to stop, and awaited, so that it can clean up.
 * @param stop aborted with the name of the signal. @throws Error of the system where it cannot be started, Interrupted when asked to stop
 */
export async function runToEnd(
  [file = '', ...argv]: readonly string[],
  stop: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Ending> {
  if (stop.aborted) throw new Interrupted(goesOn)
  // A group of its own: the terminal's Ctrl-C would reach it besides ours, and the second one ends a run without clean-up.
  const child = spawn(file, argv, { stdio: ['ignore', process.stderr, process.stderr], env, detached: true })
  const hand = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, stop.reason as NodeJS.Signals)
  }
  stop.addEventListener('abort', hand)
  try {
    const ending = await new Promise<Ending>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    // Asked again: the signal may have come while it ended.
    if ((stop as { aborted: boolean }).aborted) throw new Interrupted(goesOn)
    return ending
  } finally {
    stop.removeEventListener('abort', hand)
  }
}

const goesOn = 'stopped; the same command goes on from here'

/**
 * Brings a version by the user's command, `{version}` replaced in each word and KATA_VERSION set. @returns null when it ended with 0, else why the version cannot
 * be told: it is skipped then, as `git bisect` does with exit codes 1 to 127. @throws Interrupted; Error for a signal and for what cannot be started
 */
export async function deployVersion(
  command: readonly string[],
  version: string,
  stop: AbortSignal,
): Promise<string | null> {
  const argv = command.map((word) => word.replaceAll('{version}', version))
  const { code, signal } = await runToEnd(argv, stop, { ...process.env, KATA_VERSION: version })
  if (code === 0) return null
  if (signal !== null || code === null || code > 127) {
    const how = signal ?? `exit code ${code}`
    throw new Error(`${argv.join(' ')} was killed (${how}); the same command goes on from here`)
  }
  return `the deploy command ended with exit code ${code}`
}
