import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import type { Verdict } from '../record/verdict.ts'
import type { Identities } from './identities.ts'

/** What one check came to on one RuntimeClass in one run, over all its repeats. */
export interface Tally {
  readonly arms: readonly ArmRecord[]
  /** Passed, failed or known: the claim was seen to hold or not. */
  readonly observed: number
  /** Of the observed ones: not as the claim says, excused or not. */
  readonly failed: number
  /** Of the failed ones: excused by a known deviation. */
  readonly known: number
  readonly skipped: number
  /** Broken or environment: nobody knows. */
  readonly open: number
  /** What was said first of what did not pass. */
  readonly message: string
}

/** Checks by `behaviour RuntimeClass case`; names of the first run as the second one has them. */
export function talliesOf({ arms }: RunRecord, identities?: Identities): Map<string, Tally> {
  const groups = new Map<string, ArmRecord[]>()
  for (const arm of arms) {
    if (arm.role !== 'check') continue
    const key = keyOf(arm, identities)
    const group = groups.get(key)
    if (group) group.push(arm)
    else groups.set(key, [arm])
  }
  return new Map([...groups].map(([key, group]) => [key, tally(group)]))
}

/** A claim about nodes is one check on each: there the arm's id names the node. */
function keyOf({ id, behaviour, runtimeClass, case: row, repeat }: ArmRecord, identities?: Identities): string {
  const claim = identities?.behaviourOf(behaviour) ?? behaviour
  if (runtimeClass === null) return id.replace(behaviour, claim).replace(repeat > 1 ? ` #${repeat}` : '', '')
  return [claim, identities?.classOf(runtimeClass) ?? runtimeClass, row].filter((part) => part !== null).join(' ')
}

function tally(arms: readonly ArmRecord[]): Tally {
  const count = (...verdicts: readonly Verdict[]) => arms.filter(({ verdict }) => verdicts.includes(verdict)).length
  return {
    arms,
    observed: count('passed', 'failed', 'known'),
    failed: count('failed', 'known'),
    known: count('known'),
    skipped: count('skipped'),
    open: count('broken', 'environment'),
    message:
      (arms.find(({ verdict }) => verdict === 'failed') ?? arms.find(({ verdict }) => verdict !== 'passed'))?.message ??
      '',
  }
}
