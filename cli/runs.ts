import type { Command } from 'commander'
import { count } from './runSettings.ts'
import { UsageError } from './usageError.ts'

/** Accepted runs: what later ones are held against. */
export function addRunsCommand(program: Command): void {
  const runs = program.command('runs').description('archive of accepted runs, in a plain folder')
  const sub = (name: string, description: string) =>
    runs.command(name).description(description).requiredOption('--store <folder>', 'the archive')
  sub('add', 'keep a run')
    .argument('<run>', 'its folder or its run.json')
    .option('--name <name>', 'name in the archive (default: its id)')
    .option('--force', 'keep also what is no measure for others: a run that did not end, or whose canary passed', false)
    .action(async (run: string, { store, name, force }: { store: string; name?: string; force: boolean }) => {
      const { readRun } = await import('../reports/compare/readRun.ts')
      const { addRun } = await import('../reports/history/store.ts')
      process.stdout.write(`${addRun(store, readRun(run), name, force)}\n`)
    })
  sub('list', 'print the runs, the oldest first').action(async ({ store }: { store: string }) => {
    const { storedRuns } = await import('../reports/history/store.ts')
    const { kataVersionOf } = await import('../reports/record/kataVersionOf.ts')
    const rows = storedRuns(store).map(({ name, record }) => {
      const { passed, failed, skipped } = record.summary.verdicts
      return [
        name,
        record.startedAt.slice(0, 16),
        record.simulated ? 'SIMULATED' : record.cluster.context,
        kataVersionOf(record) ?? '?',
        record.outcome,
        String(passed),
        String(failed),
        String(skipped),
      ]
    })
    await print(['NAME', 'STARTED', 'CLUSTER', 'KATA', 'OUTCOME', 'PASSED', 'FAILED', 'SKIPPED'], rows)
  })
  sub('show', 'print how a behaviour or a metric went over the runs, and since which run it is bad')
    .option('--behaviour <id>', 'such as KATA-MEM-005')
    .option('--metric <name>', 'such as cold-start')
    .action(async ({ store, behaviour, metric }: { store: string; behaviour?: string; metric?: string }) => {
      if ((behaviour === undefined) === (metric === undefined))
        throw new UsageError('give --behaviour ID or --metric NAME')
      const { storedRuns } = await import('../reports/history/store.ts')
      const { metricTrends, trendsOf } = await import('../reports/history/trend.ts')
      const all = storedRuns(store)
      const trends = behaviour === undefined ? metricTrends(all, metric ?? '') : trendsOf(all, behaviour)
      if (trends.length === 0) throw new UsageError(`no run in ${store} has ${behaviour ?? metric}`)
      for (const { key, points, badSince } of trends) {
        process.stdout.write(`${key}${badSince === null ? '' : `: fails since ${badSince}`}\n`)
        await print(
          ['RUN', 'KATA', 'STATE'],
          points.map(({ run, kata, state }) => [run, kata ?? '?', state]),
        )
        process.stdout.write('\n')
      }
    })
  sub('report', 'write the history for the browser: one file, with every behaviour and figure over the runs')
    .requiredOption('--html <file>', 'where to write it')
    .action(async ({ store, html }: { store: string; html: string }) => {
      const { eachStoredRun, storedNames } = await import('../reports/history/store.ts')
      if (storedNames(store).length === 0)
        throw new UsageError(`${store} has no run; \`runs add --store ${store} RUN\` keeps one`)
      const { historyPage } = await import('../reports/html/historyPage.ts')
      const { writeAtomically } = await import('../reports/atomicFile.ts')
      writeAtomically(html, await historyPage(eachStoredRun(store)))
      process.stdout.write(`${html}\n`)
    })
  sub('prune', 'remove old runs')
    .requiredOption('--keep <n>', 'newest runs of each release of Kata to keep', (text) => count(text, '--keep'))
    .option('--dry-run', 'only say which', false)
    .action(async ({ store, keep, dryRun }: { store: string; keep: number; dryRun: boolean }) => {
      const { pruneRuns } = await import('../reports/history/store.ts')
      for (const name of pruneRuns(store, keep, dryRun))
        process.stdout.write(`${dryRun ? 'would remove' : 'removed'} ${name}\n`)
    })
}

async function print(head: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
  const { plainTable } = await import('./terminal/plainTable.ts')
  process.stdout.write(plainTable(head, rows))
}
