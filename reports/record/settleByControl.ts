import type { ArmResult } from './arm.ts'

/** A failure that the default runtime shows on the same claim is the environment's, not Kata's. */
export const settleByControl = (own: ArmResult, control: ArmResult, node: string | null): ArmResult => ({
  ...own,
  verdict: 'environment',
  message: `${own.message}\nThe default runtime on node ${node ?? ''} fails the same check: ${control.message}`,
})
