import { foreignRuntime } from '../../helpers/facts/foreignRuntime.ts'
import type { ArmResult } from '../../reports/record/arm.ts'
import { causedByForeignRuntime, settledBy } from '../../reports/record/settleByControl.ts'
import { settleCanary } from '../../reports/record/settleCanary.ts'
import type { KnownDeviation } from '../../helpers/profile/profile.ts'
import type { Arm } from '../plan/arm.ts'

/**
 * An arm's verdict in the light of its control and of the deviations that somebody accepted: failed becomes environment when
 * the default runtime fails the same check on the same node, broken when that could not be tried, or known when an entry that has not expired names
 * it. A canary is broken that failed without a false assertion.
 */
export function settleVerdict(
  arm: Arm,
  own: ArmResult,
  control: ArmResult | null,
  deviations: readonly KnownDeviation[],
  today: string,
): ArmResult {
  if (arm.planned.role === 'canary') return settleCanary(own)
  if (arm.planned.role !== 'check') return own
  const deviation = deviations.find((each) => names(each, arm))
  if (own.verdict === 'passed' && deviation) {
    return {
      ...own,
      findings: [...own.findings, `unexpected pass: listed as known (${deviation.reason}); the entry can go`],
    }
  }
  if (own.verdict !== 'failed') return own
  return withCause(arm, own) ?? excused(arm, own, control, deviation, today)
}

/**
 * A failure of a class that containerd does not run with Kata says so: that, and no detail of Kata, is then its cause, and neither the control's failure
 * nor an accepted deviation excuses it. Null for other classes.
 */
function withCause({ planned, classFacts }: Arm, own: ArmResult): ArmResult | null {
  const foreign = planned.runtimeClass === null || !classFacts ? null : foreignRuntime(classFacts)
  if (foreign === null) return null
  return causedByForeignRuntime(own, planned.runtimeClass ?? '', foreign)
}

/** A failure that the default runtime shares, or may share, or that somebody accepted, is another verdict. */
function excused(
  arm: Arm,
  own: ArmResult,
  control: ArmResult | null,
  deviation: KnownDeviation | undefined,
  today: string,
): ArmResult {
  const settled = control === null ? own : settledBy(own, control, arm.planned.node)
  if (settled !== own) return settled
  if (!deviation) return own
  if (deviation.expires < today)
    return {
      ...own,
      message: `${own.message}\nThe known deviation expired on ${deviation.expires} (owner ${deviation.owner}).`,
    }
  const reference = deviation.reference ? `, ${deviation.reference}` : ''
  return {
    ...own,
    verdict: 'known',
    message: `${own.message}\nKnown: ${deviation.reason}${reference} (owner ${deviation.owner}, until ${deviation.expires}).`,
  }
}

const names = (deviation: KnownDeviation, { planned }: Arm): boolean =>
  deviation.behaviour === planned.behaviour &&
  (deviation.runtimeClass === undefined || deviation.runtimeClass === planned.runtimeClass) &&
  (deviation.case === undefined || deviation.case === planned.case)
