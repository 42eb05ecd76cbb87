import { type Ending, runToEnd } from '../runToEnd.ts'
import { Interrupted } from './bisect.ts'

/** Runs a program to its end. @throws Error of the system where it cannot be started, Interrupted when asked to stop */
export async function endOf(
  argv: readonly string[],
  stop: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Ending> {
  if (stop.aborted) throw new Interrupted(goesOn)
  const ending = await runToEnd(argv, stop, { env })
  // Asked again: the signal may have come while it ended.
  if ((stop as { aborted: boolean }).aborted) throw new Interrupted(goesOn)
  return ending
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
  const { code, signal } = await endOf(argv, stop, { ...process.env, KATA_VERSION: version })
  if (code === 0) return null
  if (signal !== null || code === null || code > 127) {
    const how = signal ?? `exit code ${code}`
    throw new Error(`${argv.join(' ')} was killed (${how}); the same command goes on from here`)
  }
  return `the deploy command ended with exit code ${code}`
}
