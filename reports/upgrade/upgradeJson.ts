import { gateJson } from '../gate/gateJson.ts'
import { gateExitCodes } from '../gate/decide.ts'
import type { UpgradeDecision } from './decideUpgrade.ts'
import { sentence } from './upgradeWords.ts'

/** For programs: the answer, every finding, what was seen of witnesses and nodes, and the gate's own answer. */
export function upgradeJson(decision: UpgradeDecision): string {
  const { answer, findings, record, gate } = decision
  const { started, stateBefore, stateAfter, remarks, testimonies, rollout, commandEnded } = record
  return `${JSON.stringify(
    {
      schemaVersion: 1,
      answer,
      exitCode: gateExitCodes[answer],
      because: sentence(decision),
      runId: started.runId,
      context: started.context,
      simulated: started.simulated,
      command: started.command,
      commandExitCode: commandEnded?.exitCode ?? null,
      rollbackOf: started.rollbackOf,
      from: stateBefore?.version ?? null,
      to: stateAfter?.version ?? null,
      before: record.before,
      after: record.after,
      findings,
      remarks: remarks ?? [],
      testimonies,
      rollout: rollout ?? [],
      nodesAfter: Object.fromEntries((stateAfter?.nodes ?? []).map(({ node, version }) => [node, version])),
      gate: gate === null ? null : (JSON.parse(gateJson(gate)) as unknown),
    },
    null,
    2,
  )}\n`
}
