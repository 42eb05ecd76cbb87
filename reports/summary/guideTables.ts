import { guideTables, guideText, measuredText, type GuideTable } from '../guide/guideTables.ts'
import type { RunRecord } from '../record/runRecord.ts'

/** The guide's tables as Markdown, its figures beside the measured ones; the titles alone of those of which nothing was measured. */
export function guideMarkdown(record: RunRecord): string[] {
  const tables = guideTables(record)
  const unmeasured = tables.filter(({ measured }) => !measured).map(({ title }) => title)
  return [
    "## The guide's tables",
    '',
    'The guide, and the median of what this run measured (range, samples that count). Figures are of the machine that gave them.',
    '',
    ...tables.filter(({ measured }) => measured).flatMap(section),
    ...(unmeasured.length > 0 ? [`Not measured: ${unmeasured.join('; ')}.`, ''] : []),
  ]
}

function section({ title, columns, rows }: GuideTable): string[] {
  const heads = columns.flatMap((column) => [`${column.title}, the guide`, `${column.title}, measured`])
  return [
    `### ${title}`,
    '',
    `| | ${heads.join(' | ')} |`,
    `|---|${heads.map(() => '---').join('|')}|`,
    ...rows.map(
      ({ label, cells }) =>
        `| ${[label, ...cells.flatMap((cell) => [guideText(cell), measuredText(cell)])].join(' | ')} |`,
    ),
    '',
  ]
}
