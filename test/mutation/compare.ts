import type { ArmRecord } from '../../reports/record/arm.ts'

/** What a run says of an arm, as far as runs are compared by it. */
export type SeenArm = Pick<ArmRecord, 'id' | 'behaviour' | 'role' | 'runtimeClass' | 'verdict' | 'message'>

export const seenArm = ({ id, behaviour, role, runtimeClass, verdict, message }: ArmRecord): SeenArm => ({
  id,
  behaviour,
  role,
  runtimeClass,
  verdict,
  message,
})

/** Which checks a fault must turn red, each with an excerpt of the message that it must give. */
export type Expected = ReadonlyMap<string, string>

export interface Outcome {
  readonly fault: string
  /** Checks that name the fault and did not turn red, or with another message. */
  readonly survived: readonly string[]
  /** Arms of other checks that changed. */
  readonly unrelated: readonly string[]
}

/**
 * Compares a run under faults with the healthy run of the same scenario.
 * @param expected of all the faults
 * @param stops RuntimeClasses of which a fault lets no pod start: that their arms fail for that is what it is about
 * @returns by check, how it survived; and arms of other checks that changed
 */
export function compare(
  expected: Expected,
  healthy: readonly SeenArm[],
  mutated: readonly SeenArm[],
  stops: readonly string[] = [],
): { readonly survived: ReadonlyMap<string, string>; readonly unrelated: readonly string[] } {
  const before = byId(healthy)
  const after = byId(mutated)
  const survived = [...expected].flatMap(([behaviour, excerpt]): [string, string][] => {
    const how = survival(behaviour, excerpt, checksOf(mutated, behaviour))
    return how === null ? [] : [[behaviour, how]]
  })
  const unrelated = [...new Set([...before.keys(), ...after.keys()])]
    .filter((id) => !expected.has((after.get(id) ?? before.get(id))?.behaviour ?? ''))
    .filter((id) => !isStopped(after.get(id), stops))
    .flatMap((id) => change(id, before.get(id), after.get(id)))
  return { survived: new Map(survived), unrelated }
}

const byId = (arms: readonly SeenArm[]): Map<string, SeenArm> => new Map(arms.map((arm) => [arm.id, arm]))

const checksOf = (arms: readonly SeenArm[], behaviour: string): SeenArm[] =>
  arms.filter((arm) => arm.behaviour === behaviour && arm.role === 'check')

const isStopped = (arm: SeenArm | undefined, stops: readonly string[]): boolean =>
  (arm?.verdict === 'failed' || arm?.verdict === 'broken') &&
  stops.includes(arm.runtimeClass ?? '') &&
  /FailedCreatePodSandBox|Failed to create pod sandbox/.test(arm.message)

/** null: it turned red, with the message that it announces. */
function survival(behaviour: string, excerpt: string, arms: readonly SeenArm[]): string | null {
  const red = arms.filter(({ verdict }) => verdict === 'failed')
  if (red.length === 0)
    return `${behaviour} stayed ${[...new Set(arms.map(({ verdict }) => verdict))].join(', ') || 'without arms'}${firstMessage(arms)}`
  if (red.some(({ message }) => message.includes(excerpt))) return null
  return `${behaviour} turned red without ${JSON.stringify(excerpt)}: ${red[0]?.message ?? ''}`
}

const firstMessage = (arms: readonly SeenArm[]): string => {
  const said = arms.find(({ message }) => message !== '')?.message
  return said === undefined ? '' : `: ${said}`
}

/**
 * An arm that changed its verdict, or is red and was not there. One that the plan has no more, or has as skipped now, is no finding: under the
 * fault the facts are others (a class has another hypervisor), and other claims are about it.
 */
function change(id: string, before: SeenArm | undefined, after: SeenArm | undefined): string[] {
  if (!after || before?.verdict === after.verdict) return []
  const red =
    ['failed', 'broken', 'environment'].includes(after.verdict) &&
    !(after.role === 'canary' && after.verdict === 'failed')
  if (!before && !red) return []
  return [
    `${id}: ${before?.verdict ?? 'absent'} -> ${after.verdict}${after.message !== '' ? `: ${after.message}` : ''}`,
  ]
}
