import { answerOf } from '../answer.ts'
import { needsAttention } from '../needsAttention.ts'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { type Verdict, verdicts } from '../record/verdict.ts'
import { guideMarkdown } from './guideTables.ts'

/** summary.md: the answer, counts per chapter, and every arm that needs attention. */
export function markdown(record: RunRecord): string {
  const { headline, because } = answerOf(record)
  const attention = record.arms.filter(needsAttention)
  return [
    `# kata-conformance: ${record.cluster.context}`,
    '',
    ...(record.simulated ? ['> **SIMULATED** cluster: no evidence about a real one.', ''] : []),
    `**${headline}** ${because}`,
    '',
    `Run ${record.runId}, ${record.startedAt}, Kubernetes ${record.cluster.kubernetesVersion}, ${(record.durationMs / 1000).toFixed(1)} s.`,
    '',
    ...chapterTable(record),
    '',
    ...attention.flatMap(section),
    ...guideMarkdown(record),
  ].join('\n')
}

function chapterTable({ arms }: RunRecord): string[] {
  const checks = arms.filter(({ role }) => role === 'check')
  const chapters = [...new Set(checks.map(({ chapter }) => chapter))]
  const count = (of: readonly ArmRecord[], verdict: Verdict) =>
    String(of.filter((arm) => arm.verdict === verdict).length)
  const row = (name: string, of: readonly ArmRecord[]) =>
    `| ${[name, ...verdicts.map((verdict) => count(of, verdict))].join(' | ')} |`
  return [
    `| chapter | ${verdicts.join(' | ')} |`,
    `|---|${verdicts.map(() => '---:').join('|')}|`,
    ...chapters.map((chapter) =>
      row(
        chapter,
        checks.filter((arm) => arm.chapter === chapter),
      ),
    ),
    row('**all**', checks),
  ]
}

function section(arm: ArmRecord): string[] {
  return [
    `## ${arm.verdict}: ${arm.id}`,
    '',
    `${arm.title} (${arm.level})`,
    '',
    '```text',
    arm.message,
    ...(arm.expected === null ? [] : [`expected: ${arm.expected}`, `observed: ${arm.observed ?? ''}`]),
    '```',
    ...(arm.evidence[0] ? ['', `Evidence: \`${arm.evidence[0].path.replace(/\/[^/]+$/, '/')}\``] : []),
    '',
  ]
}
