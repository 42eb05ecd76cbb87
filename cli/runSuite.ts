import Mocha from 'mocha'
import behaviourUi, { setFailureHandler } from '../engine/mocha/behaviourUi.ts'
import { type Session, setSession } from '../engine/mocha/preparedRun.ts'
import { specFiles } from '../engine/catalog/loadSpecs.ts'
import type { RunRecord } from '../reports/record/runRecord.ts'
import { writeReports } from '../reports/writeReports.ts'
import { onSignals } from './signals.ts'
import { prepareSession } from './prepareSession.ts'
import type { RunSettings } from './runSettings.ts'
import { createProgress } from './terminal/progress.ts'
import { closingSummary } from './terminal/closingSummary.ts'

/** mocha's own output stays silent: progress follows the schedule, not the order of the files. */
class SilentReporter extends Mocha.reporters.Base {}

/** Runs the suite and returns the exit code. Throws before anything is deployed when the input is wrong. */
export async function runSuite(settings: RunSettings, command: readonly string[]): Promise<number> {
  const progress = createProgress(process.stderr)
  const handle = await prepareSession(settings, command, (journal) => journal.onEvent(progress.onEvent))
  const removeSignalHandlers = onSignals((signal) => handle.stop(signal))
  let record: RunRecord | null = null
  try {
    record = await runMocha(handle.session, specFiles(settings.specs))
    progress.end()
    await writeReports(handle.folder, record)
    process.stdout.write(closingSummary(record, handle.folder, process.stdout))
    return record.exitCode
  } finally {
    progress.end()
    removeSignalHandlers()
    await handle.close()
  }
}

function runMocha(session: Session, files: readonly string[]): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    const mocha = new Mocha({ delay: true, timeout: 0, reporter: SilentReporter, forbidOnly: true })
    mocha.ui(behaviourUi as never)
    setFailureHandler(reject)
    setSession(async (registered) => {
      const run = await session(registered)
      return {
        ...run,
        async finish() {
          const record = await run.finish()
          resolve(record)
          return record
        },
      }
    })
    for (const file of files) mocha.addFile(file)
    mocha.loadFilesAsync().then(() => {
      const runner = mocha.run(() => undefined)
      // Without it a run whose end fails (a full disk under the journal) would never end.
      runner.on('fail', (test, error: Error) => {
        if (String(test.type) === 'hook') reject(error)
      })
    }, reject)
  })
}
