import type { ArmRecord } from './record/arm.ts'

/** Everything that is not as it should be; of a canary, that it did not fail. */
export const needsAttention = ({ role, verdict }: ArmRecord): boolean =>
  role === 'canary' ? verdict !== 'failed' : verdict !== 'passed' && verdict !== 'skipped'
