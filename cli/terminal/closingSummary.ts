import path from 'node:path'
import { answerOf } from '../../reports/answer.ts'
import { controlsSaid } from '../../reports/controlsSaid.ts'
import { needsAttention } from '../../reports/needsAttention.ts'
import type { ArmRecord } from '../../reports/record/arm.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { verdicts } from '../../reports/record/verdict.ts'
import { printable } from './printable.ts'
import { coloursFor, verdictMark } from './verdictMark.ts'

/** What a person reads at the end: the failures with expected, observed and evidence, then counts and the answer. */
export function closingSummary(record: RunRecord, folder: string, stream: NodeJS.WriteStream): string {
  const colours = coloursFor(stream)
  const bad = record.arms.filter((arm) => needsAttention(arm) && arm.verdict !== 'known')
  const { headline, because } = answerOf(record)
  const { verdicts: count, planned, canaries, controls, claimsWithoutCheck } = record.summary
  const lines = [
    ...bad.flatMap((arm) => failure(arm, folder, verdictMark(arm.verdict, arm.role, colours))),
    ...record.leaked.map(
      ({ kind, namespace, name }) =>
        `left behind: ${kind} ${namespace === null ? '' : `${namespace}/`}${name}; kata-conformance clean --run ${record.runId}`,
    ),
    '',
    `${planned} arms: ${verdicts.map((verdict) => `${count[verdict]} ${verdict}`).join(', ')}`,
    `controls: ${controlsSaid(controls)}; canaries: ${canaries.failedAsTheyMust} of ${canaries.planned} failed as they must`,
    `${claimsWithoutCheck} claims have no executable check (kata-conformance list says why)`,
    `${record.simulated ? 'SIMULATED. ' : ''}${headline} ${because}`,
    `report: ${path.join(folder, 'report.html')}`,
    '',
  ]
  return lines.join('\n')
}

function failure(arm: ArmRecord, folder: string, mark: string): string[] {
  const evidence = arm.evidence[0]
  return [
    '',
    `${mark} ${arm.id}: ${arm.title} (${arm.level})`,
    ...printable(arm.message)
      .split('\n')
      .map((line) => `  ${line}`),
    ...(arm.expected === null
      ? []
      : [`  expected: ${printable(arm.expected)}`, `  observed: ${printable(arm.observed ?? '')}`]),
    ...(evidence ? [`  evidence: ${path.join(folder, path.dirname(evidence.path))}`] : []),
  ]
}
