import type { Command } from 'commander'
import { Option } from 'commander'
import type { Claim } from '../engine/catalog/claim.ts'
import { collectList } from './collect.ts'
import { UsageError } from './usageError.ts'

interface ListOptions {
  chapter: string[]
  level: string[]
  kind: string[]
  needs: string[]
  /** Numbers by chapter instead of the claims. */
  summary?: boolean
  output: 'table' | 'json' | 'yaml'
}

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('print the documented behaviours, and which of them have an executable check')
    .option('--chapter <name>', 'only this chapter, such as MEM (repeatable)', collectList, [])
    .option('--level <level>', 'only MUST, SHOULD, MAY or INFO (repeatable)', collectList, [])
    .option('--kind <kind>', 'only this kind, such as security (repeatable)', collectList, [])
    .option('--needs <need>', 'only what needs this, such as node-probe (repeatable)', collectList, [])
    .option('--summary', 'numbers by chapter: claims, executable, gate-relevant, proven by mutation', false)
    .addOption(new Option('-o, --output <format>', 'format').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (options: ListOptions) => void process.stdout.write(await list(options)))
}

export interface ListEntry {
  id: string
  chapter: string
  title: string
  level: string
  kind: string
  executable: boolean
  reason: string | null
}

/** The chosen claims in the asked format. Throws UsageError for a chapter, level or kind that does not exist. */
export async function list(options: ListOptions): Promise<string> {
  const { readClaims } = await import('./readClaims.ts')
  const claims = await readClaims()
  for (const [name, wanted, known] of [
    ['chapter', options.chapter, claims.map(({ chapter }) => chapter)],
    ['level', options.level, claims.map(({ level }) => level)],
    ['kind', options.kind, claims.map(({ kind }) => kind)],
    ['need', options.needs, claims.flatMap(({ needs }) => needs)],
  ] as const) {
    const unknown = wanted.find((value) => !known.includes(value as never))
    if (unknown !== undefined)
      throw new UsageError(`no behaviour has ${name} ${unknown}; there is ${[...new Set(known)].sort().join(', ')}`)
  }
  const allows = (wanted: readonly string[], values: readonly string[]) =>
    wanted.length === 0 || wanted.some((value) => values.includes(value))
  const chosen = claims.filter(
    (claim) =>
      allows(options.chapter, [claim.chapter]) &&
      allows(options.level, [claim.level]) &&
      allows(options.kind, [claim.kind]) &&
      allows(options.needs, claim.needs),
  )
  if (options.summary) return summary(chosen, options.output)
  return format(
    chosen.map(({ id, chapter, title, level, kind, reason }) => ({
      id,
      chapter,
      title,
      level,
      kind,
      executable: reason === undefined,
      reason: reason ?? null,
    })),
    options.output,
  )
}

async function summary(
  claims: readonly (Claim & { readonly chapter: string })[],
  output: ListOptions['output'],
): Promise<string> {
  const { faultsByClaim, summarise, summaryTable } = await import('./listSummary.ts')
  const chapters = summarise(claims, await faultsByClaim())
  if (output === 'json') return `${JSON.stringify(chapters, null, 2)}\n`
  return output === 'yaml' ? (await import('js-yaml')).dump(chapters) : summaryTable(chapters)
}

async function format(entries: readonly ListEntry[], output: ListOptions['output']): Promise<string> {
  if (output === 'json') return `${JSON.stringify(entries, null, 2)}\n`
  if (output === 'yaml') return (await import('js-yaml')).dump(entries, { lineWidth: -1 })
  const { plainTable } = await import('./terminal/plainTable.ts')
  return plainTable(
    ['ID', 'LEVEL', 'KIND', 'CHECK', 'TITLE'],
    entries.map(({ id, level, kind, executable, title }) => [id, level, kind, executable ? 'yes' : 'no', title]),
  )
}
