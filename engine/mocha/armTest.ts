import { AssertionError } from 'chai'
import Mocha from 'mocha'
import type { ArmResult } from '../../reports/record/arm.ts'
import type { Arm } from '../plan/arm.ts'
import { nowReported } from './allureTimes.ts'
import type { PreparedRun } from './preparedRun.ts'

/**
 * mocha's test of an arm: it awaits the arm's verdict, in file order, while the schedule runs all arms. Its duration is the arm's own, not
 * the time that mocha waited.
 */
export function armTest(arm: Arm, run: PreparedRun): Mocha.Test {
  let result: ArmResult | undefined
  const test = new Mocha.Test(testTitle(arm), async function (this: Mocha.Context) {
    result = await run.result(arm.planned.id)
    nowReported(result)
    const error = errorOf(arm, result)
    if (error) throw error
    if (result.verdict === 'skipped' || result.verdict === 'known') this.skip()
  })
  test.timeout(0)
  test.file = arm.file
  Object.defineProperty(test, 'duration', { get: () => Math.round(result?.durationMs ?? 0), set: () => undefined })
  return test
}

function testTitle({ planned }: Arm): string {
  const subject = planned.role === 'check' ? (planned.runtimeClass ?? planned.node ?? 'cluster') : planned.role
  return planned.case === null ? subject : `${subject} (${planned.case})`
}

/** The error that mocha shows; null when the test passes or is pending. A canary passes when its check failed. */
export function errorOf({ planned }: Arm, { verdict, message, expected, observed }: ArmResult): Error | null {
  if (planned.role === 'canary') {
    return verdict === 'failed'
      ? null
      : new Error(
          `canary: this check must fail under the default runtime, and it ${verdict} there${message ? `: ${message}` : ''}`,
        )
  }
  if (verdict === 'failed' || verdict === 'environment') {
    return new AssertionError(`${verdict === 'environment' ? 'environment: ' : ''}${message}`, {
      expected,
      actual: observed,
      showDiff: false,
    })
  }
  return verdict === 'broken' ? new Error(`broken: ${message}`) : null
}
