import type { VNode } from 'preact'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { type Verdict, verdicts } from '../record/verdict.ts'
import { markup } from './markup.ts'

/** Chapters against RuntimeClasses: the worst verdict of each cell, and how many arms passed. */
export function matrix({ arms }: RunRecord): VNode {
  const checks = arms.filter(({ role }) => role === 'check')
  const rows = [...new Set(checks.map(({ chapter }) => chapter))]
  const columns = [...new Set(checks.map(columnOf))].sort(
    (a, b) => Number(a.startsWith('(')) - Number(b.startsWith('(')),
  )
  return markup`
    <div class="scroll" role="region" aria-label="Verdicts by chapter and RuntimeClass" tabindex="0">
      <table>
        <thead><tr><th scope="col">Chapter</th>${columns.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(
            (row) => markup`
              <tr>
                <th scope="row"><a href=${`#chapter-${row}`}>${row}</a></th>
                ${columns.map((column) => cell(checks.filter((arm) => arm.chapter === row && columnOf(arm) === column)))}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `
}

const columnOf = ({ runtimeClass, node }: ArmRecord): string =>
  runtimeClass ?? (node === null ? '(cluster)' : '(nodes)')

const worstFirst: readonly Verdict[] = ['failed', 'broken', 'environment', 'known', 'passed', 'skipped']

function cell(arms: readonly ArmRecord[]): VNode {
  if (arms.length === 0) return markup`<td class="none">–</td>`
  const worst = worstFirst.find((verdict) => arms.some((arm) => arm.verdict === verdict)) ?? 'skipped'
  const count = (verdict: Verdict) => arms.filter((arm) => arm.verdict === verdict).length
  const all = verdicts.filter((verdict) => count(verdict) > 0).map((verdict) => `${count(verdict)} ${verdict}`)
  return markup`<td class=${worst} title=${all.join(', ')}>${count(worst)} ${worst}</td>`
}
