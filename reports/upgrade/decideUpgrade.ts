import { type Answer, answerOf, type Decision } from '../gate/decide.ts'
import type { Finding } from '../gate/finding.ts'
import type { UpgradeRecord } from '../record/upgradeRecord.ts'
import { judgeCourse } from './judgeCourse.ts'
import { judgeResidue } from './judgeResidue.ts'
import { judgeState } from './judgeState.ts'
import { judgeWitnesses } from './judgeWitnesses.ts'

/** May the cluster stay as the upgrade has made it? */
export interface UpgradeDecision {
  readonly answer: Answer
  /** Of the upgrade first, then of the gate. */
  readonly findings: readonly Finding[]
  readonly record: UpgradeRecord
  /** Null where there are no two runs to compare. */
  readonly gate: Decision | null
}

/**
 * @param origin the upgrade that this one takes back: its first state must be this one's last. Null for an upgrade.
 * @param accepted subjects that somebody has accepted: what blocks or is open about them is tolerated.
 */
export function decideUpgrade(
  record: UpgradeRecord,
  gate: Decision | null,
  origin: UpgradeRecord | null = null,
  accepted: readonly string[] = [],
): UpgradeDecision {
  const own = [
    ...judgeCourse(record),
    ...judgeWitnesses(record.testimonies),
    ...judgeState(record, origin),
    ...judgeResidue(record, origin),
    ...leftOut(record),
    ...(gate === null ? noGate(record) : []),
  ]
  const findings = [...own, ...(gate?.findings ?? [])].map((finding) => excused(finding, accepted))
  return { answer: answerOf(findings), findings, record, gate }
}

function excused(finding: Finding, accepted: readonly string[]): Finding {
  const { weight, subject, because } = finding
  if ((weight !== 'blocks' && weight !== 'open') || !accepted.includes(subject)) return finding
  return { ...finding, weight: 'tolerated', because: `accepted by --accept; ${because}` }
}

const leftOut = ({ leftOut: kinds }: UpgradeRecord): Finding[] =>
  kinds.map(({ kind, why }) => ({
    weight: 'told',
    subject: 'witnesses',
    title: `no ${kind}`,
    what: why,
    because: 'what was not watched is not known to survive',
  }))

const noGate = ({ after, before, rollout }: UpgradeRecord): Finding[] => [
  {
    weight: 'open',
    subject: 'gate',
    title: 'the checks before and after',
    what:
      before === null
        ? 'there is no run before the upgrade'
        : rollout?.some(({ done }) => !done)
          ? 'they were not run again: the rollout is not over'
          : after === null
            ? 'there is no run after the upgrade'
            : 'the two runs could not be compared',
    because: 'whether new pods work as before is unknown',
    settledBy: 'run the checks again: kata-conformance upgrade --resume FOLDER',
  },
]
