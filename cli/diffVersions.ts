import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { VersionsReport } from './diffVersions/versionsReport.ts'

interface Options {
  profile?: string
  output: 'table' | 'json' | 'markdown'
}

export function addDiffVersionsCommand(program: Command): void {
  program
    .command('diff-versions')
    .description('what changes between two releases of kata-deploy, for a profile: no cluster is asked')
    .argument('<from>', 'a release, such as 3.26.0')
    .argument('<to>', 'another one; an older one for a roll-back')
    .option(
      '--profile <file>',
      'only what concerns its RuntimeClasses; values of the chart are held against the defaults',
    )
    .addOption(new Option('-o, --output <format>', 'format').choices(['table', 'json', 'markdown']).default('table'))
    .action(async (from: string, to: string, { profile, output }: Options) => {
      const { versionsJson, versionsMarkdown, versionsText } = await import('./diffVersions/versionsReport.ts')
      const report = await diffVersions(from, to, profile)
      const text = { table: versionsText, json: versionsJson, markdown: versionsMarkdown }[output]
      process.stdout.write(text(report))
    })
}

/** Throws UnknownReleaseError, ProfileError. */
export async function diffVersions(from: string, to: string, file?: string): Promise<VersionsReport> {
  const { diffOfVersions } = await import('../helpers/deployment/versions/diffOfVersions.ts')
  const { claimChanges } = await import('../engine/versions/claimChanges.ts')
  const { forProfile } = await import('../engine/versions/forProfile.ts')
  const { readClaims } = await import('./readClaims.ts')
  const diff = diffOfVersions(from, to)
  const profile = file === undefined ? null : await profileOf(file)
  const concern =
    profile === null ? { changes: diff.changes, others: 0 } : forProfile(diff.changes, profile, profile.values)
  const claims = claimChanges(await readClaims(), diff.from, diff.to)
  return { from: diff.from, to: diff.to, profile: file ?? null, ...concern, claims }
}

async function profileOf(file: string) {
  const { loadProfile } = await import('../helpers/profile/loadProfile.ts')
  const profile = loadProfile(file)
  const { load } = await import('js-yaml')
  const values = profile.source === 'chart' ? flattened(load(readFileSync(file, 'utf8'))) : []
  return { ...profile, values: new Map(values) }
}

/** Values by dotted key. */
function flattened(value: unknown, prefix = ''): [key: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[prefix, value]]
  return Object.entries(value).flatMap(([key, each]) => flattened(each, prefix === '' ? key : `${prefix}.${key}`))
}
