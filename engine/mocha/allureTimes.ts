import type { LifecycleListener } from 'allure-js-commons/sdk/reporter'
import type Mocha from 'mocha'
import type { ArmResult } from '../../reports/record/arm.ts'

/** The arm whose test mocha runs now: it runs one after the other. */
let current: ArmResult | null = null

export const nowReported = (result: ArmResult): void => {
  current = result
}

/** allure-mocha takes start and stop from the clock as mocha calls it, which is how long mocha waited in file order. */
const listener: LifecycleListener = {
  beforeTestResultWrite(result) {
    if (current === null) return
    result.start = Date.parse(current.startedAt)
    result.stop = result.start + Math.round(current.durationMs)
    current = null
  },
}

type ReporterOptions = Record<string, unknown> & { listeners?: readonly LifecycleListener[] }

/**
 * Gives `-R allure-mocha` the times of the arms, by its own extension point (ReporterConfig.listeners of allure-js-commons 3). Call it before
 * mocha makes its reporter; reporters that know no such option overlook it.
 */
export function addAllureTimes({ options }: Mocha): void {
  const of = options as { reporterOption?: ReporterOptions; reporterOptions?: ReporterOptions }
  const given = of.reporterOption ?? of.reporterOptions ?? {}
  // mocha keeps the same object under both names.
  of.reporterOption = of.reporterOptions = { ...given, listeners: [...(given.listeners ?? []), listener] }
}
