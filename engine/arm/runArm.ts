import type { ArmResult } from '../../reports/record/arm.ts'
import type { Arm } from '../plan/arm.ts'
import type { ArmServices } from './armServices.ts'
import { createAssertionLog } from './recordingExpect.ts'
import { startTimeline } from './timeline.ts'
import { resultOf, stopped, tryArm } from './tryArm.ts'
import type { Judgement } from './verdictOf.ts'

/**
 * Runs one arm to its own verdict: passed, failed, broken or skipped; once more when a disturbance of the cluster broke it that is over. Never
 * throws.
 */
export async function runArm(arm: Arm, services: ArmServices): Promise<ArmResult> {
  if (arm.decided) return untried({ verdict: arm.decided.verdict, message: arm.decided.reason })
  if (services.signal.aborted) return untried(stopped(services.signal))
  const first = await tryArm(arm, services)
  if (!first.disturbance?.over || services.signal.aborted || !isRepeatable(arm)) return first.result
  services.again(arm, first.disturbance.lost)
  const { result } = await tryArm(arm, services)
  const { startedAt, durationMs } = first.result
  return {
    ...result,
    startedAt,
    durationMs: Math.round((durationMs + result.durationMs) * 1000) / 1000,
    findings: [...result.findings, `tried again: ${first.disturbance.why.split('\n')[0]}`],
  }
}

/** What the first try made beside pods, on the cluster or on a node, may not be gone yet when the second one would make it again. */
const isRepeatable = ({ objects, claim }: Arm): boolean =>
  Object.keys(objects).length === 0 && !claim.needs.includes('node-changes')

const untried = (judgement: Judgement): ArmResult =>
  resultOf(startTimeline(), createAssertionLog(), judgement, [], [], [])
