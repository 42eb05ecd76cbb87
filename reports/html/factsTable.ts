import type { VNode } from 'preact'
import type { FactRecord } from '../record/journal.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { markup } from './markup.ts'

/** Facts by subject, each with how it is known; an unknown one says what kept us from knowing. */
export function factsTable({ facts }: RunRecord): VNode {
  const subjects = [...new Set(facts.map(({ subject }) => subject))]
  return markup`<div>${subjects.map(
    (subject) => markup`
      <details>
        <summary>${subject}</summary>
        <div class="scroll" role="region" aria-label=${`Facts about ${subject}`} tabindex="0">
          <table>
            <thead><tr><th scope="col">Fact</th><th scope="col">Value</th><th scope="col">How it is known</th></tr></thead>
            <tbody>${facts.filter((fact) => fact.subject === subject).map(row)}</tbody>
          </table>
        </div>
      </details>
    `,
  )}</div>`
}

const row = ({ name, value, unit, how }: FactRecord): VNode => markup`
  <tr><th scope="row">${name}</th><td>${value === null ? 'unknown' : String(value)}${unit !== null && value !== null ? ` ${unit}` : ''}</td><td>${how}</td></tr>
`
