import path from 'node:path'
import type { UpgradeJournal } from '../../engine/upgrade/upgradeJournal.ts'
import { writeAtomically } from '../../reports/atomicFile.ts'
import { type Decision, decide, gateExitCodes } from '../../reports/gate/decide.ts'
import { foldUpgrade, readUpgrade, type UpgradeRecord } from '../../reports/record/upgradeRecord.ts'
import { decideUpgrade } from '../../reports/upgrade/decideUpgrade.ts'
import { upgradeJson } from '../../reports/upgrade/upgradeJson.ts'
import { upgradeJunit } from '../../reports/upgrade/upgradeJunit.ts'
import { upgradeMarkdown } from '../../reports/upgrade/upgradeMarkdown.ts'
import { upgradeText } from '../../reports/upgrade/upgradeText.ts'
import { experienceOf, policyOf } from '../gate.ts'
import { compareGiven } from '../runsToCompare.ts'
import type { UpgradeOptions } from '../upgrade.ts'

const files = { text: 'upgrade.txt', markdown: 'upgrade.md', json: 'upgrade.json', junit: 'upgrade-junit.xml' } as const
const writers = { text: upgradeText, markdown: upgradeMarkdown, json: upgradeJson, junit: upgradeJunit } as const

/** Writes the answer in all formats, prints one, and gives the exit code. */
export async function answer(journal: UpgradeJournal, options: UpgradeOptions): Promise<number> {
  const { record } = journal
  const { rollbackOf } = record.started
  const origin = rollbackOf === null ? null : foldUpgrade(readUpgrade(path.join(rollbackOf, 'upgrade.ndjson')))
  const decision = decideUpgrade(record, await gateOf(record, options), origin, options.accept)
  for (const format of Object.keys(files) as (keyof typeof files)[])
    writeAtomically(path.join(journal.folder, files[format]), writers[format](decision))
  process.stdout.write(writers[options.output](decision))
  const exitCode = gateExitCodes[decision.answer]
  journal.write({ event: 'answered', answer: decision.answer, exitCode })
  return exitCode
}

/** Null where there are not two runs. Throws UsageError, RunError for runs that cannot be compared. */
async function gateOf({ before, after }: UpgradeRecord, options: UpgradeOptions): Promise<Decision | null> {
  if (before === null || after === null) return null
  const rules = await policyOf(options.policy)
  const { comparison, forced } = compareGiven([before, after], {
    store: options.store,
    force: false,
    renamed: rules.renamedClasses,
  })
  return decide(comparison, rules, undefined, await experienceOf(options.store), forced)
}
