import type { VNode } from 'preact'
import { guideTables, guideText, measuredText, type GuideTable } from '../guide/guideTables.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { markup } from './markup.ts'

/** Each table of the guide, its figures beside the measured ones. Tables of which nothing was measured are folded. */
export function guideSection(record: RunRecord): VNode {
  return markup`
    <section id="guide" aria-labelledby="guide-title">
      <h2 id="guide-title">The guide's tables</h2>
      <p>The guide's figure, then the median of what this run measured, its range and the number of samples that count. Figures are of the machine that gave them.</p>
      ${guideTables(record).map(
        (table) => markup`
          <details open=${table.measured}>
            <summary>${table.title}${table.measured ? '' : ': not measured'}</summary>
            ${sideBySide(table)}
          </details>
        `,
      )}
    </section>
  `
}

const sideBySide = ({ title, columns, rows }: GuideTable): VNode => markup`
  <div class="scroll" role="region" aria-label=${title} tabindex="0">
    <table>
      <thead>
        <tr><td></td>${columns.map((column) => markup`<th scope="colgroup" colspan="2">${column.title}</th>`)}</tr>
        <tr><td></td>${columns.map(() => markup`<th scope="col">the guide</th><th scope="col">measured</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, cells }) =>
            markup`<tr><th scope="row">${label}</th>${cells.map((cell) => markup`<td>${guideText(cell)}</td><td>${measuredText(cell)}</td>`)}</tr>`,
        )}
      </tbody>
    </table>
  </div>
`
