import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { newRunId } from '../../engine/cluster/labels.ts'
import { readRun } from '../../reports/compare/readRun.ts'
import type { UpgradeOptions } from '../upgrade.ts'

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
 * A run of the suite in a process of its own: mocha loads the checks once a process.
 * @returns its folder. @throws Error when it left no record.
 */
export async function childRun(
  folder: string,
  flags: readonly string[],
  { context, kubeconfig }: Pick<UpgradeOptions, 'context' | 'kubeconfig'>,
  signal: AbortSignal,
): Promise<string> {
  const runId = newRunId()
  const argv = [
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
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
  const run = path.join(folder, runId)
  if (!existsSync(path.join(run, 'run.json')))
    throw new Error(
      `the run of the checks left no record (exit code ${code ?? 'none'}): kata-conformance run ${flags.join(' ')}`,
    )
  return run
}
