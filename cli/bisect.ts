import path from 'node:path'
import { type Command, Option } from 'commander'
import { redactCommand } from '../engine/upgrade/operatorCommand.ts'
import type { World } from './bisect/bisect.ts'
import { collectList } from './collect.ts'
import { positive } from './runSettings.ts'
import { onSignals } from './signals.ts'
import { UsageError } from './usageError.ts'

interface Options {
  claim: string
  class: string[]
  versions: string[]
  store?: string
  flakeRate?: number
  out?: string
  allowDisruptive: boolean
  context?: string
  kubeconfig?: string
  profile?: string
  image: string[]
  imageRegistry?: string
  output: 'text' | 'json'
}

/** What is taken of a check of which no history is known: it says the contrary of what holds once in twenty times. */
const USUAL_RATE = 0.05

export function addBisectCommand(program: Command): void {
  program
    .command('bisect')
    .description(
      'find the first of several versions that breaks a claim, with your own deploy command; exit code 0: found, 1: nothing to find, 3: cannot tell',
    )
    .argument(
      '[command...]',
      'after --: what deploys a version, such as ./deploy.sh {version}; it ends when the version is there',
    )
    .requiredOption('--claim <id>', 'the behaviour, such as KATA-MEM-002')
    .requiredOption('--versions <list>', 'oldest first, such as 3.25.0,3.26.0,3.27.0', collectList, [])
    .option('--class <name>', 'only this RuntimeClass (repeatable)', collectList, [])
    .option('--allow-disruptive', 'the command may be run: it changes the cluster', false)
    .option('--store <folder>', 'archive of accepted runs: how often the checks are flaky')
    .option(
      '--flake-rate <part>',
      `how often a check is flaky of which the archive knows nothing (default: ${USUAL_RATE})`,
      (text) => positive(text, '--flake-rate'),
    )
    .option(
      '--out <folder>',
      'journal and runs; the same folder goes on after an interruption (default: results/bisect-<claim>)',
    )
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig file; read anew for each version')
    .option('--profile <file>', 'as `run` takes it')
    .option('--image <name=ref>', 'as `run` takes it (repeatable)', collectList, [])
    .option('--image-registry <prefix>', 'as `run` takes it')
    .addOption(new Option('-o, --output <format>', 'format').choices(['text', 'json']).default('text'))
    .action(async (command: string[], options: Options) => {
      process.exitCode = await start(command, options)
    })
}

/** Throws UsageError before anything is deployed. */
async function start(command: readonly string[], options: Options): Promise<number> {
  const { claim, class: classes, versions, output } = options
  await check(command, options)
  const { bisect } = await import('./bisect/bisect.ts')
  const { bisectExitCode, bisectJson, bisectText } = await import('./bisect/bisectText.ts')
  const folder = options.out ?? path.join('results', `bisect-${claim}`)
  const { flakeRates } = await import('./bisect/flakeRates.ts')
  const rateOf = flakeRates(options.store, options.flakeRate ?? USUAL_RATE)
  const stop = new AbortController()
  const removeSignalHandlers = onSignals((signal) => stop.abort(signal))
  try {
    const world = await worldOf(command, options, folder, stop.signal)
    const end = await bisect(folder, { claim, classes, versions, deploy: redactCommand(command) }, rateOf, world)
    process.stdout.write(
      output === 'json' ? bisectJson(end, claim, versions) : bisectText(end, folder, claim, versions),
    )
    return bisectExitCode(end)
  } finally {
    removeSignalHandlers()
  }
}

async function check(
  command: readonly string[],
  { claim, versions, allowDisruptive, flakeRate }: Options,
): Promise<void> {
  if (command.length === 0)
    throw new UsageError('bisect needs the command that deploys a version, after --: such as -- ./deploy.sh {version}')
  if (versions.length < 2 || new Set(versions).size < versions.length || versions.includes(''))
    throw new UsageError(`--versions is ${versions.join(',')}; it must be two or more different versions, oldest first`)
  if (flakeRate !== undefined && flakeRate >= 0.5)
    throw new UsageError(
      `--flake-rate is ${flakeRate}; what fails every second time cannot be told from what is broken: give less than 0.5`,
    )
  const { readClaims } = await import('./readClaims.ts')
  const known = (await readClaims()).find(({ id }) => id === claim)
  if (!known) throw new UsageError(`there is no behaviour ${claim}; kata-conformance list prints them`)
  if (known.reason !== undefined) throw new UsageError(`${claim} has no executable check: ${known.reason}`)
  if (!allowDisruptive)
    throw new UsageError(
      `bisect runs ${redactCommand(command).join(' ')} for one version after the other, which changes the cluster; add --allow-disruptive if it may`,
    )
}

async function worldOf(
  command: readonly string[],
  options: Options,
  folder: string,
  stop: AbortSignal,
): Promise<World> {
  const { deployVersion } = await import('./bisect/deployVersion.ts')
  const { runClaim } = await import('./bisect/runClaim.ts')
  return {
    deploy: (version) => deployVersion(command, version, stop),
    run: (_version, repeat) => runClaim({ ...options, folder, repeat }, stop),
    say: (line) => void process.stderr.write(`bisect: ${line}\n`),
  }
}
