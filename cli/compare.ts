import { type Command, Option } from 'commander'
import { UsageError } from './usageError.ts'

interface CompareOptions {
  store?: string
  force: boolean
  rename: Record<string, string>
  output: 'text' | 'json'
  html?: string
}

/** Throws UsageError. */
const renames = (value: string, previous: Record<string, string>): Record<string, string> => {
  const [from = '', to = '', ...more] = value.split('=')
  if (from === '' || to === '' || more.length > 0)
    throw new UsageError(
      `--rename is ${JSON.stringify(value)}; it must be FORMER=PRESENT, two names of RuntimeClasses, such as kata-old=kata-new`,
    )
  return { ...previous, [from]: to }
}

export function addCompareCommand(program: Command): void {
  program
    .command('compare')
    .description('what differs between two runs, check by check and figure by figure; `gate` judges it')
    .argument('<before>', 'a run: its folder, its run.json, or its name in the store')
    .argument('<after>', 'another run')
    .option('--store <folder>', 'archive of accepted runs, for runs by name')
    .option('--rename <former=present>', 'a RuntimeClass that has another name now (repeatable)', renames, {})
    .option('--force', 'compare runs of different clusters or profiles all the same', false)
    .addOption(new Option('-o, --output <format>', 'format').choices(['text', 'json']).default('text'))
    .option('--html <file>', 'write the report for the browser, too: one file, with every cell and chart')
    .action(async (before: string, after: string, { store, force, rename, output, html }: CompareOptions) => {
      const { compareGiven } = await import('./runsToCompare.ts')
      const { comparisonText, comparisonJson } = await import('../reports/compare/comparisonText.ts')
      const { comparison, forced } = compareGiven([before, after], { store, force, renamed: rename })
      if (html !== undefined) {
        const { comparisonPage } = await import('../reports/html/comparisonPage.ts')
        const { writeAtomically } = await import('../reports/atomicFile.ts')
        writeAtomically(html, await comparisonPage(comparison, { forced }))
      }
      process.stdout.write(output === 'json' ? comparisonJson(comparison, forced) : comparisonText(comparison, forced))
    })
}
