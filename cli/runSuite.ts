import type { Session } from '../engine/mocha/preparedRun.ts'
import type { RunRecord } from '../reports/record/runRecord.ts'
import { tellOfRun } from './ci/tellOfRun.ts'
import { onSignals } from './signals.ts'
import { prepareSession, type SessionHandle } from './prepareSession.ts'
import type { RunSettings } from './runSettings.ts'
import { createProgress } from './terminal/progress.ts'
import { closingSummary } from './terminal/closingSummary.ts'

/** Runs the suite and returns the exit code. Throws before anything is deployed when the input is wrong. */
export async function runSuite(settings: RunSettings, command: readonly string[]): Promise<number> {
  const progress = createProgress(process.stderr)
  const handle = await prepareSession(settings, command, (journal) => journal.onEvent(progress.onEvent))
  const removeSignalHandlers = onSignals((signal) => handle.stop(signal))
  let record: RunRecord | null = null
  try {
    record = await runMocha(handle.session, settings.specs)
    progress.end()
    const { writeReports } = await import('../reports/writeReports.ts')
    const problem = await writeReports(handle.folder, record).then(
      () => handle.journalFailure(),
      (error: Error) => error,
    )
    if (settings.summary) process.stdout.write(closingSummary(record, handle.folder, process.stdout))
    tellOfRun(record, handle.folder)
    if (problem === null) return record.exitCode
    throw new Error(notWritten(handle, problem))
  } finally {
    progress.end()
    removeSignalHandlers()
    await handle.close()
  }
}

/** What was observed was told; that it is not kept is a failure of the run all the same. */
function notWritten({ folder, journalFailure }: SessionHandle, { message }: Error): string {
  const remedy = journalFailure()
    ? 'the journal is incomplete too; make room and run again'
    : `the journal is whole: make room, then kata-conformance report ${folder}`
  return `the results in ${folder} are not complete: ${message}; ${remedy}`
}

/** mocha, the engine and the spec files are loaded here: whoever mistyped an option has been told by now. */
async function runMocha(session: Session, folder: string | undefined): Promise<RunRecord> {
  const [{ default: Mocha }, { default: behaviourUi, setFailureHandler }, { setSession }, { specFiles }] =
    await Promise.all([
      import('mocha'),
      import('../engine/mocha/behaviourUi.ts'),
      import('../engine/mocha/preparedRun.ts'),
      import('../engine/catalog/loadSpecs.ts'),
    ])
  // mocha's own output stays silent: progress follows the schedule, not the order of the files.
  class SilentReporter extends Mocha.reporters.Base {}
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
    for (const file of specFiles(folder)) mocha.addFile(file)
    mocha.loadFilesAsync().then(() => {
      const runner = mocha.run(() => undefined)
      // Without it a run whose end fails (a full disk under the journal) would never end.
      runner.on('fail', (test, error: Error) => {
        if (String(test.type) === 'hook') reject(error)
      })
    }, reject)
  })
}
