import { existsSync } from 'node:fs'
import path from 'node:path'
import { newRunId } from '../../engine/cluster/labels.ts'
import { readRun } from '../../reports/compare/readRun.ts'
import { runToEnd } from '../runToEnd.ts'
import type { UpgradeOptions } from '../upgrade.ts'
import { say } from './say.ts'

/** Options of `run` which say where, not what: each of the two runs has its own. */
const ofThePlace = new Set(['--out', '--run-id', '--context', '--kubeconfig'])

/** Flags of the runs: those given here, or those of the run before, so that both make the same checks. Throws RunError. */
export async function runArgumentsOf(options: UpgradeOptions, before: string | null): Promise<string[]> {
  const given = flagsOf(options)
  if (given.length > 0 || before === null) return given
  const { command } = readRun(before)
  const [, ...rest] = command[0] === 'run' ? command : ['run', ...command]
  return rest.filter(
    (each, index) => !ofThePlace.has(each.split('=')[0] ?? '') && !ofThePlace.has(rest[index - 1] ?? ''),
  )
}

function flagsOf(options: UpgradeOptions): string[] {
  const listed = (name: string, values: readonly string[]) => values.flatMap((value) => [name, value])
  const single = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)]
  const flag = (name: string, on: boolean) => (on ? [name] : [])
  return [
    ...single('--profile', options.profile),
    ...listed('--runtime-class', options.runtimeClass),
    ...listed('--chapter', options.chapter),
    ...listed('--level', options.level),
    ...listed('--behaviour', options.behaviour),
    ...listed('--image', options.image),
    ...single('--image-registry', options.imageRegistry),
    ...single('--image-pull-config', options.imagePullConfig),
    ...single('--storage-class-block', options.storageClassBlock),
    ...single('--repeat', options.repeat),
    ...flag('--quiet-nodes', options.quietNodes),
    ...flag('--slow', options.slow),
    ...flag('--allow-node-changes', options.allowNodeChanges),
    ...single('--specs', options.specs),
  ]
}

/**
 * A run of the suite in a process of its own: mocha loads the checks once a process. When we are stopped it is, too, and cleans up.
 * @returns its folder. @throws Error when it left no record, and the signal's reason.
 */
export async function childRun(
  folder: string,
  flags: readonly string[],
  { context, kubeconfig }: Pick<UpgradeOptions, 'context' | 'kubeconfig'>,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted()
  const runId = newRunId()
  const argv = [
    process.execPath,
    ...process.execArgv,
    process.argv[1] ?? '',
    'run',
    ...flags,
    ...(context === undefined ? [] : ['--context', context]),
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    '--out',
    folder,
    '--run-id',
    runId,
  ]
  const tell = () =>
    say(
      `the run of the checks, ${runId}, was stopped; to remove what it may have left: kata-conformance clean --run ${runId}`,
    )
  // Also when the second signal ends us at once.
  process.once('exit', tell)
  const { code } = await runToEnd(argv, signal, { silent: true }).finally(() => process.off('exit', tell))
  if (signal.aborted) tell()
  signal.throwIfAborted()
  const run = path.join(folder, runId)
  if (!existsSync(path.join(run, 'run.json')))
    throw new Error(
      `the run of the checks left no record (exit code ${code ?? 'none'}): kata-conformance run ${flags.join(' ')}`,
    )
  return run
}
