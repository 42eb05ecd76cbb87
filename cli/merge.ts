import type { Command } from 'commander'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { checkNewRun, checkOutput } from './checkInput.ts'
import { UsageError } from './usageError.ts'

export function addMergeCommand(program: Command): void {
  program
    .command('merge')
    .description('make one run of its shards; refuses gaps, duplicates, and shards of different runs')
    .argument('<folders...>', 'folders of all shards of the run')
    .option('--out <folder>', 'the folder of the whole run (default: beside the first shard, by the id of the run)')
    .action(async (folders: string[], { out }: { out?: string }) => {
      const { record, folder } = await merge(folders, out)
      const { closingSummary } = await import('./terminal/closingSummary.ts')
      const { tellOfRun } = await import('./ci/tellOfRun.ts')
      process.stdout.write(closingSummary(record, folder, process.stdout))
      tellOfRun(record, folder)
      process.exitCode = record.exitCode
    })
}

/** Writes the whole run: journal, evidence, reports. Throws UsageError, MergeError or JournalError before anything is written. */
export async function merge(folders: readonly string[], out?: string) {
  const journals = folders.map((folder) => path.join(folder, 'events.ndjson'))
  const without = folders[journals.findIndex((journal) => !existsSync(journal))]
  if (without !== undefined)
    throw new UsageError(`${without} has no events.ndjson; give the folders of shards, results/<run-id>-s<number>`)
  const { readJournal } = await import('../reports/record/readJournal.ts')
  const { mergeJournals } = await import('../reports/record/mergeJournals.ts')
  const { foldJournal } = await import('../reports/record/foldJournal.ts')
  const { writeReports } = await import('../reports/writeReports.ts')
  const events = mergeJournals(folders.map((name, at) => ({ name, events: readJournal(journals[at] ?? '') })))
  const record = foldJournal(events)
  const folder = out ?? path.join(path.dirname(path.resolve(folders[0] ?? '')), record.runId)
  checkNewRun(folder)
  checkOutput(folder)
  mkdirSync(folder, { recursive: true })
  for (const shard of folders) copyEvidence(shard, folder)
  writeFileSync(path.join(folder, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  await writeReports(folder, record)
  return { record, folder }
}

/** Arms have folders of their own there, so shards do not meet. */
function copyEvidence(from: string, to: string): void {
  const evidence = path.join(from, 'evidence')
  if (existsSync(evidence)) cpSync(evidence, path.join(to, 'evidence'), { recursive: true })
}
