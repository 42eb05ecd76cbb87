import type { Arm } from '../../engine/plan/arm.ts'

/** Which arms of a plan are executed, where not all of them are. */
export interface Selection {
  /** check: of each check and case one arm. shim: one for the Go shim and one for the Rust shim. */
  readonly per: 'check' | 'shim'
  /** Behaviours whose arms all are taken. */
  readonly all: readonly string[]
}

/** Every check, by the first arm in which something can be observed, whatever its RuntimeClass; and every arm that has no RuntimeClass. */
export function oneOfEach(arms: readonly Arm[], { per, all }: Selection): Arm[] {
  const first = new Map<string, Arm>()
  /** Controls say whether a red check is to be believed: that of a check that must stay green is not asked. */
  const isNeeded = ({ planned }: Arm) => planned.role !== 'control' || all.includes(planned.behaviour)
  const keyOf = (arm: Arm): string =>
    per === 'check' ? checkOf(arm) : `${checkOf(arm)} ${arm.classFacts?.shim.value ?? ''}`
  const wanted = per === 'check' ? arms.filter(isNeeded) : arms
  for (const arm of wanted) {
    const known = first.get(keyOf(arm))
    if (!known || (known.decided && !arm.decided)) first.set(keyOf(arm), arm)
  }
  return wanted.filter(
    (arm) => arm.planned.runtimeClass === null || all.includes(arm.planned.behaviour) || first.get(keyOf(arm)) === arm,
  )
}

const checkOf = ({ planned }: Arm): string => `${planned.behaviour} ${planned.role} ${planned.case ?? ''}`
