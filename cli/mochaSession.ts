import { setFailureHandler } from '../engine/mocha/behaviourUi.ts'
import { setSession } from '../engine/mocha/preparedRun.ts'
import { exitCodeOf, oneLine } from './failure.ts'
import { settingsFromEnvironment } from './runSettings.ts'
import { onSignals, outliveReaders } from './signals.ts'

// Required by .mocharc.yml: plain `npx mocha specs/memory` runs the checks on the current context, or on the simulated cluster when
// KATA_CONFORMANCE_SIM=1 says so. Nothing is loaded before mocha has found the spec files.
outliveReaders()
setFailureHandler((error) => {
  process.stderr.write(`${oneLine(error)}\n`)
  process.exit(exitCodeOf(error))
})

setSession(async (registered) => {
  const { prepareSession } = await import('./prepareSession.ts')
  const { writeReports } = await import('../reports/writeReports.ts')
  const handle = await prepareSession(
    settingsFromEnvironment(process.env),
    ['mocha', ...process.argv.slice(2)],
    () => undefined,
  )
  const removeSignalHandlers = onSignals((signal) => handle.stop(signal))
  const run = await handle.session(registered)
  return {
    ...run,
    async finish() {
      const record = await run.finish()
      await writeReports(handle.folder, record)
      removeSignalHandlers()
      await handle.close()
      exitWith(record.exitCode)
      return record
    },
  }
})

/**
 * Gives the run's own exit code instead of mocha's count of failures. mocha sets its own in an `exit` listener that it adds when the tests have ended,
 * and it takes a delayed run for an empty one (`fail-zero` looks at the tests before the plan is made).
 */
function exitWith(code: number): void {
  const set = () => {
    process.exitCode = code
  }
  process.on('exit', set)
  process.once('beforeExit', () => process.on('exit', set))
}
