import type { ArmResult } from './arm.ts'

const notKata = 'which is not Kata.'

/** A failure of a RuntimeClass behind which there is no Kata at all: that is its cause, and nothing excuses it. */
export const causedByForeignRuntime = (own: ArmResult, runtimeClass: string, runtime: string): ArmResult => ({
  ...own,
  message: `${own.message}\nRuntimeClass ${runtimeClass}: containerd runs its handler with ${runtime}, ${notKata}`,
})

/** False for what `causedByForeignRuntime` made. */
export const isExcusable = ({ message }: ArmResult): boolean => !message.endsWith(notKata)

/** A failure in the light of its control's result: the environment's, open, or left as it is. */
export function settledBy(own: ArmResult, control: ArmResult, node: string | null): ArmResult {
  if (control.verdict === 'failed') return settleByControl(own, control, node)
  return control.verdict === 'broken' ? openByControl(own, control) : own
}

/** A failure that the default runtime shows on the same claim is the environment's, not Kata's. */
const settleByControl = (own: ArmResult, control: ArmResult, node: string | null): ArmResult => ({
  ...own,
  verdict: 'environment',
  message: `${own.message}\nThe default runtime on node ${node ?? ''} fails the same check: ${control.message}`,
})

/** Nobody knows whether the default runtime shows it too. */
const openByControl = (own: ArmResult, control: ArmResult): ArmResult => ({
  ...own,
  verdict: 'broken',
  message: `${own.message}\nWhether the default runtime fails the same check is not known: ${control.message}`,
})
