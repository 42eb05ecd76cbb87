import { writeFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addBisectCommand } from './bisect.ts'
import { addCleanCommand } from './clean.ts'
import { addCompareCommand } from './compare.ts'
import { addDiffVersionsCommand } from './diffVersions.ts'
import { addDoctorCommand } from './doctor.ts'
import { addGateCommand } from './gate.ts'
import { addImagesCommand } from './images.ts'
import { addListCommand } from './list.ts'
import { addManifestsCommand } from './manifests.ts'
import { addMergeCommand } from './merge.ts'
import { addProfileCommand } from './profile.ts'
import { addRbacCommand } from './rbac.ts'
import { addReportCommand } from './report.ts'
import { addResultsCommand } from './results.ts'
import { addRunCommand } from './run.ts'
import { addRunsCommand } from './runs.ts'
import { addSimCommand } from './sim.ts'
import { addUpgradeCommand } from './upgrade.ts'
import { exitCodeOf, oneLine } from './failure.ts'
import { outliveReaders } from './signals.ts'

// Inside the cluster another container waits for the end of this one.
const { KATA_CONFORMANCE_ENDED: ended } = process.env
if (ended !== undefined) process.on('exit', (code) => writeFileSync(ended, `${code}\n`))

outliveReaders()

const program = new Command('kata-conformance')
  .description('Conformance and end-to-end suite for Kata Containers on Kubernetes')
  .version('0.1.0')
  .exitOverride()
  .configureOutput({ writeErr: () => undefined })
  .showSuggestionAfterError()

for (const add of [
  addRunCommand,
  addDoctorCommand,
  addListCommand,
  addImagesCommand,
  addProfileCommand,
  addReportCommand,
  addCompareCommand,
  addGateCommand,
  addDiffVersionsCommand,
  addBisectCommand,
  addUpgradeCommand,
  addRunsCommand,
  addMergeCommand,
  addManifestsCommand,
  addCleanCommand,
  addRbacCommand,
  addSimCommand,
  addResultsCommand,
])
  add(program)
for (const command of program.commands.flatMap((each) => [each, ...each.commands]))
  command.exitOverride().configureOutput({ writeErr: () => undefined })

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0)
  if (error instanceof CommanderError && error.code === 'commander.help') {
    process.stderr.write(program.helpInformation())
    process.exit(2)
  }
  process.stderr.write(`${oneLine(error)}\n`)
  process.exit(exitCodeOf(error))
}
