import type { Command } from 'commander'
import { chosen } from './chosen.ts'
import { UsageError } from './usageError.ts'

interface CleanOptions {
  run?: string
  all: boolean
  dryRun: boolean
  context?: string
  kubeconfig?: string
}

export function addCleanCommand(program: Command): void {
  program
    .command('clean')
    .description('remove what runs of the suite left behind, and nothing else')
    .option('--run <id>', 'what this run made')
    .option('--all', 'what any run made', false)
    .option('--dry-run', 'only print what would be removed', false)
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig file')
    .action(clean)
}

const REMOVAL_MS = 180_000

const oneLineOf = (text: string): string => text.split(/\s*\n\s*/).join('; ')

/** Throws UsageError unless exactly one of --run and --all is given. */
async function clean({ run, all, dryRun, context, kubeconfig }: CleanOptions): Promise<void> {
  if ((run === undefined) === !all) throw new UsageError('say --run ID for one run or --all for every run')
  if (run !== undefined && !/^[\w.-]{1,63}$/.test(run))
    throw new UsageError(`--run is ${JSON.stringify(run)}; it must be the id of a run, such as 20261121-114448-3fa9`)
  const { connect } = await import('../helpers/cluster/connect.ts')
  const { removeLeftovers } = await import('../engine/cluster/removeLeftovers.ts')
  const cluster = await connect(chosen({ kubeconfig, context }))
  try {
    const found = await removeLeftovers(cluster, {
      ...(run === undefined ? {} : { runId: run }),
      dryRun,
      timeoutMs: REMOVAL_MS,
    })
    const verb = dryRun ? 'would be removed' : 'removed'
    for (const { kind, name, why } of found)
      process.stdout.write(`${kind}/${name} ${why === null ? verb : `could not be removed: ${oneLineOf(why)}`}\n`)
    if (found.length === 0) process.stdout.write('nothing to remove\n')
    if (found.some(({ why }) => why !== null)) process.exitCode = 3
  } finally {
    await cluster.close()
  }
}
