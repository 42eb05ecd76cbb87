import type { VNode } from 'preact'
import type { ClaimData, ShownArm } from './pageData.ts'
import { markup } from './markup.ts'

interface Options {
  /** The level of its headings: one below the heading under which the arm stands. */
  readonly heading: 'h3' | 'h4'
  /** False where the run's folder is elsewhere: evidence is named and not linked. */
  readonly linked: boolean
}

/** What was claimed, by whom. */
export const claimText = ({ statement, source, level }: ClaimData): VNode => markup`
  <p class="claim">${statement}</p><p class="source">${source.join(' · ')}${source.length > 0 ? ' · ' : ''}${level}</p>
`

/** The faults that turn the claim's check red: why a green line of it means something. */
export const proof = ({ killedBy }: ClaimData): VNode | false =>
  killedBy.length > 0 && markup`<p class="proof">This check is proven to fail under: ${killedBy.join(', ')}.</p>`

/** What an arm came to: message, expected and observed, assertions, figures, evidence, timeline. */
export function armBody(arm: ShownArm, { heading, linked }: Options): VNode {
  return markup`
    <div class="body">
      ${arm.message !== '' && markup`<pre>${arm.message}</pre>`}
      ${arm.expected !== null && markup`<dl class="pair"><dt>expected</dt><dd>${arm.expected}</dd><dt>observed</dt><dd>${arm.observed}</dd></dl>`}
      ${list(
        heading,
        'Assertions',
        arm.assertions.map(({ ok, text }) => `${ok ? '✓' : '✗'} ${text}`),
      )}
      ${list(
        heading,
        'Measured',
        arm.measurements.map(({ name, value, unit }) => `${name}: ${Number(value.toPrecision(6))} ${unit}`),
      )}
      ${list(heading, 'Findings', arm.findings)}
      ${
        arm.evidence.length > 0 &&
        markup`<${heading}>Evidence</${heading}><ul>${arm.evidence.map(
          ({ name, path }) => markup`<li>${linked ? markup`<a href=${encodeURI(path)}>${name}</a>` : name}</li>`,
        )}</ul>`
      }
      ${list(
        heading,
        'Timeline',
        arm.timeline.map(({ atMs, what }) => `${(atMs / 1000).toFixed(3)} s ${what}`),
      )}
    </div>
  `
}

const list = (heading: string, title: string, items: readonly string[]): VNode | false =>
  items.length > 0 && markup`<${heading}>${title}</${heading}><ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`

/** The verdict as it is said: of a canary, whether it failed as it must. */
export function verdictWord({ role, verdict }: Pick<ShownArm, 'role' | 'verdict'>): { word: string; class: string } {
  if (role !== 'canary') return { word: verdict, class: verdict }
  return verdict === 'failed'
    ? { word: 'failed, as it must', class: 'passed' }
    : { word: `${verdict}, and must fail`, class: verdict === 'passed' ? 'failed' : verdict }
}
