import Mocha from 'mocha'
import { registeredBehaviours } from '../../helpers/behaviour.ts'
import type { Arm } from '../plan/arm.ts'
import { LATE } from '../run/lateFailures.ts'
import { addAllureTimes } from './allureTimes.ts'
import { armTest } from './armTest.ts'
import { currentSession, type PreparedRun } from './preparedRun.ts'

type LoadedMocha = Mocha & {
  files: string[]
  options: Mocha.MochaOptions & { grep?: RegExp | string; invert?: boolean; delay?: boolean }
}

/**
 * mocha's interface for spec files that declare behaviours. Once the last file is loaded the run is prepared (facts, plan), each arm
 * becomes a test, and mocha is let go: so `npx mocha specs/memory`, `--grep` and any reporter work as people know them.
 */
export default function behaviourUi(root: Mocha.Suite): void {
  root.on('post-require', (_context: unknown, file: string, mocha: LoadedMocha) => {
    if (file !== mocha.files.at(-1)) return
    if (mocha.options.delay !== true)
      throw new Error('mocha must run with `delay: true`, as the project’s .mocharc.yml says')
    addAllureTimes(mocha)
    void prepare(root, mocha)
  })
}

/** Called when preparing has failed: nothing of the run exists then. */
let onFailure: (error: unknown) => void = (error) => {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exit(3)
}

export const setFailureHandler = (handler: (error: unknown) => void): void => {
  onFailure = handler
}

async function prepare(root: Mocha.Suite, mocha: LoadedMocha): Promise<void> {
  try {
    const run = await currentSession()(registeredBehaviours())
    const tests = addSuites(root, run)
    const chosen = selected(tests, mocha.options)
    run.start(chosen)
    // mocha runs no hook when it has no test: nobody else would clean up.
    if (chosen.size === 0) await run.finish()
    root.timeout(0)
    root.afterAll('clean up', async () => {
      const { arms } = await run.finish()
      const late = arms.filter(({ message }) => message.startsWith(LATE))
      if (late.length > 0) throw new Error(late.map(({ id, message }) => `${id}: ${message}`).join('\n'))
    })
  } catch (error) {
    onFailure(error)
    return
  }
  ;(root as Mocha.Suite & { run(): void }).run()
}

/** Chapter > behaviour > arm. */
function addSuites(root: Mocha.Suite, run: PreparedRun): Map<Mocha.Test, Arm> {
  const tests = new Map<Mocha.Test, Arm>()
  for (const arm of run.plan.arms) {
    const chapter = suiteBelow(root, arm.planned.chapter, arm.file)
    const behaviour = suiteBelow(chapter, `${arm.planned.behaviour} ${arm.planned.title}`, arm.file)
    const test = armTest(arm, run)
    behaviour.addTest(test)
    tests.set(test, arm)
  }
  return tests
}

function suiteBelow(parent: Mocha.Suite, title: string, file: string): Mocha.Suite {
  const there = parent.suites.find((suite) => suite.title === title)
  if (there) return there
  const suite = Mocha.Suite.create(parent, title)
  suite.file = file
  return suite
}

/** The arms whose tests mocha will run: what `--grep` leaves. */
function selected(tests: ReadonlyMap<Mocha.Test, Arm>, { grep, invert }: LoadedMocha['options']): Set<string> {
  const pattern = typeof grep === 'string' ? new RegExp(grep) : grep
  const wanted = [...tests].filter(
    ([test]) => pattern === undefined || pattern.test(test.fullTitle()) !== (invert === true),
  )
  return new Set(wanted.map(([, arm]) => arm.planned.id))
}
