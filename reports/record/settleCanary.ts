import type { ArmResult } from './arm.ts'

/**
 * A canary's own verdict, looked at once more: one that failed though none of its assertions was false, because its pod did not start, has not shown that
 * the check can tell. It is broken.
 */
export const settleCanary = (own: ArmResult): ArmResult =>
  own.verdict !== 'failed' || own.assertions.some(({ ok }) => !ok)
    ? own
    : { ...own, verdict: 'broken', message: `no assertion of the canary was false: ${own.message}` }
