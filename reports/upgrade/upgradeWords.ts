import { findingsOf } from '../gate/gateWords.ts'
import type { Finding } from '../gate/finding.ts'
import type { UpgradeDecision } from './decideUpgrade.ts'

/** The answer's main reason, in one sentence. */
export function sentence(decision: UpgradeDecision): string {
  const [blocks, open] = [findingsOf(decision, 'blocks'), findingsOf(decision, 'open')]
  const first = ([finding]: Finding[]) => `${finding?.subject ?? ''}: ${finding?.title ?? ''}: ${finding?.what ?? ''}`
  if (decision.answer === 'do-not-ship') return `${counted(blocks.length, 'reason')}, the first: ${first(blocks)}`
  if (decision.answer === 'cannot-tell') return `${counted(open.length, 'question')} open, the first: ${first(open)}`
  const { testimonies, rollout } = decision.record
  const survived = testimonies.filter(({ verdict }) => verdict === 'survived').length
  return `${counted(rollout?.length ?? 0, 'node')} upgraded, ${survived} of ${testimonies.length} observations of old sandboxes went on; ${decision.gate?.comparison.unchanged ?? 0} checks as before`
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** From which release to which, where, with which command. */
export function courseLines({ record }: UpgradeDecision): [name: string, text: string][] {
  const { started, stateBefore, stateAfter, commandEnded } = record
  return [
    ['cluster', `${started.simulated ? 'SIMULATED ' : ''}${started.context} (${started.server})`],
    [
      started.rollbackOf === null ? 'upgrade' : 'roll-back',
      `Kata ${stateBefore?.version ?? 'unknown'} -> ${stateAfter?.version ?? 'unknown'}, ${started.runId}`,
    ],
    [
      'command',
      `${started.command.join(' ')} (${commandEnded === null ? 'end not seen' : `exit code ${commandEnded.exitCode ?? commandEnded.signal ?? '?'}`})`,
    ],
    ['before', record.before ?? 'no run'],
    ['after', record.after ?? 'no run'],
  ]
}
