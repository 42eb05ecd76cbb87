import type { VNode } from 'preact'
import type { RunRecord } from '../record/runRecord.ts'
import { answer } from './answer.ts'
import { attention } from './attention.ts'
import { chartsPlace, matrixPlace } from './drawn.ts'
import { factsTable } from './factsTable.ts'
import { figuresTable } from './figuresTable.ts'
import { guideSection } from './guideTables.ts'
import { markup } from './markup.ts'
import { sandboxMemory } from './sandboxMemory.ts'

/** The report: the answer first, then what needs attention, then everything. */
export function page(record: RunRecord): VNode {
  const figures = figuresTable(record)
  const measured = figures !== null || sandboxMemory(record, 0).length > 0
  return markup`
    <header class=${`answer ${record.outcome}`}>${answer(record)}</header>
    <nav aria-label="Sections">
      <a href="#attention">Needs attention</a> <a href="#matrix">Matrix</a> ${measured && markup`<a href="#charts">Charts</a>`}
      ${figures && markup`<a href="#figures">Figures</a>`} <a href="#guide">The guide's tables</a> <a href="#without-check">Without a check</a> <a href="#facts">Facts</a>
    </nav>
    <main>
      <section id="attention" aria-labelledby="attention-title">
        <h2 id="attention-title">Needs attention</h2>
        ${attention(record)}
      </section>
      ${matrixPlace()}
      ${measured && chartsPlace()}
      ${
        figures &&
        markup`<section id="figures" aria-labelledby="figures-title"><h2 id="figures-title">Figures</h2>${figures}</section>`
      }
      ${guideSection(record)}
      <section id="without-check" aria-labelledby="without-title">
        <h2 id="without-title">Claims without an executable check</h2>
        ${withoutCheck(record)}
      </section>
      <section id="facts" aria-labelledby="facts-title">
        <h2 id="facts-title">Facts, and how they are known</h2>
        ${factsTable(record)}
      </section>
    </main>
    <footer>kata-conformance ${record.suiteVersion}, Node ${record.nodeVersion}; ${record.command.join(' ')}</footer>
  `
}

function withoutCheck({ claims }: RunRecord): VNode {
  const rows = claims.filter(({ executable }) => !executable)
  const reasons = [...new Set(rows.map(({ reason }) => reason ?? ''))]
  return markup`
    <p>${rows.length} claims are never counted as passed.</p>
    <details>
      <summary>Their reasons</summary>
      <ul>
        ${reasons.map((reason) => {
          const ids = rows.filter((row) => row.reason === reason).map(({ id }) => id)
          return markup`<li><code>${ids.join(', ')}</code> ${reason}</li>`
        })}
      </ul>
    </details>
  `
}
