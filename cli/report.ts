import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from './usageError.ts'

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('rebuild every report of a run from its journal')
    .argument('<folder>', 'results/<run-id>')
    .option('--allure', 'make allure-report.html, too, with Allure 3: one file, no call to anywhere', false)
    .action(report)
}

/** Throws UsageError when the folder holds no journal, JournalError when the journal is not one, AllureError. */
async function report(folder: string, { allure }: { allure: boolean }): Promise<void> {
  if (!existsSync(path.join(folder, 'events.ndjson'))) {
    throw new UsageError(`${folder} has no events.ndjson; give the folder of a run, results/<run-id>`)
  }
  const { readJournal } = await import('../reports/record/readJournal.ts')
  const { foldJournal } = await import('../reports/record/foldJournal.ts')
  const { writeReports } = await import('../reports/writeReports.ts')
  const { closingSummary } = await import('./terminal/closingSummary.ts')
  const record = foldJournal(readJournal(path.join(folder, 'events.ndjson')))
  await writeReports(folder, record)
  if (allure) {
    const { writeAllureReport } = await import('../reports/allure/allureReport.ts')
    const { simulated, cluster, runId } = record
    const name = `${simulated ? 'SIMULATED ' : ''}${cluster.context} ${runId}`
    process.stdout.write(`${await writeAllureReport(path.resolve(folder), name)}\n`)
  }
  process.stdout.write(closingSummary(record, folder, process.stdout))
}
