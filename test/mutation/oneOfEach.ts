import type { Arm } from '../../engine/plan/arm.ts'

/**
 * Every check once: of each check and case the first arm that something can be observed in, whatever its RuntimeClass, and every arm that has none.
 * @param behaviours whose arms all are taken
 */
export function oneOfEach(arms: readonly Arm[], behaviours: readonly string[]): Arm[] {
  const first = new Map<string, Arm>()
  for (const arm of arms) {
    const known = first.get(checkOf(arm))
    if (!known || (known.decided && !arm.decided)) first.set(checkOf(arm), arm)
  }
  return arms.filter(
    (arm) =>
      arm.planned.runtimeClass === null ||
      behaviours.includes(arm.planned.behaviour) ||
      first.get(checkOf(arm)) === arm,
  )
}

const checkOf = ({ planned }: Arm): string => `${planned.behaviour} ${planned.role} ${planned.case ?? ''}`
