import { type Command, Option } from 'commander'
import { count } from './runSettings.ts'

interface Options {
  from: string
  for: number
  to: string
}

/** The container `results` of the suite's pod runs `hold`; the others are for whoever fetches what the suite has left. */
export function addResultsCommand(program: Command): void {
  const results = program
    .command('results')
    .description('inside the cluster: keep the results of a run until they are fetched, and hand them out')
  const sub = (name: string, description: string) =>
    results
      .command(name)
      .description(description)
      .option('--from <folder>', 'where the run writes its results', '/results')
  sub('hold', 'wait until the results were fetched')
    .option('--for <seconds>', 'longest wait after the run has ended', (text) => count(text, '--for'), 3600)
    .action(async ({ from, for: seconds }: Options) => (await import('./inCluster/handOut.ts')).hold(from, seconds))
  sub('tar', 'wait for the end of the run, write its results as a tar archive to stdout, and end the wait').action(
    async ({ from }: Options) => (await import('./inCluster/handOut.ts')).handOut(from),
  )
  sub('sonobuoy', "wait for the end of the run and leave its results to Sonobuoy's worker")
    .addOption(
      new Option('--to <folder>', 'where the worker looks')
        .env('SONOBUOY_RESULTS_DIR')
        .default('/tmp/sonobuoy/results'),
    )
    .action(async ({ from, to }: Options) => (await import('./inCluster/handOut.ts')).handToSonobuoy(from, to))
  sub('pack', 'pack the results; prints size and digest of the archive').action(async ({ from }: Options) =>
    (await import('./inCluster/archive.ts')).printPacked(from),
  )
  sub('read', 'print a piece of the packed results, base64')
    .argument('<offset>')
    .argument('<bytes>')
    .action(async (offset: string, bytes: string, { from }: Options) =>
      (await import('./inCluster/archive.ts')).printPiece(from, Number(offset), Number(bytes)),
    )
}
