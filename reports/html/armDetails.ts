import type { VNode } from 'preact'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { markup } from './markup.ts'

/** One arm, folded: verdict and message; inside claim, expected, observed, assertions, figures, evidence, timeline. */
export function armDetails(arm: ArmRecord, record: RunRecord, { titled }: { titled: boolean }): VNode {
  return markup`
    <details class=${`arm ${mark(arm).class}`} data-verdict=${arm.verdict} data-text=${`${arm.id} ${arm.title} ${arm.message}`.toLowerCase()}>
      <summary>
        <span class="verdict">${mark(arm).word}</span> <span class="subject">${titled ? `${arm.id}: ${arm.title}` : subject(arm)}</span>
        <span class="time">${(arm.durationMs / 1000).toFixed(2)} s</span>
        ${arm.message !== '' && markup`<span class="message">${arm.message.split('\n', 1)[0]}</span>`}
      </summary>
      ${body(arm, record, titled ? 'h3' : 'h5')}
    </details>
  `
}

const subject = ({ role, runtimeClass, node, case: row }: ArmRecord): string =>
  `${role === 'check' ? (runtimeClass ?? node ?? 'cluster') : role}${row === null ? '' : ` (${row})`}`

const mark = ({ role, verdict }: ArmRecord): { word: string; class: string } => {
  if (role !== 'canary') return { word: verdict, class: verdict }
  return verdict === 'failed'
    ? { word: 'failed, as it must', class: 'passed' }
    : { word: `${verdict}, and must fail`, class: verdict === 'passed' ? 'failed' : verdict }
}

/** @param heading one level below the heading under which the arm stands */
function body(arm: ArmRecord, record: RunRecord, heading: 'h3' | 'h5'): VNode {
  const claim = record.claims.find(({ id }) => id === arm.behaviour)
  return markup`
    <div class="body">
      ${claim && markup`<p class="claim">${claim.statement}</p><p class="source">${claim.source.join(' · ')} · ${arm.level}</p>`}
      ${arm.message !== '' && markup`<pre>${arm.message}</pre>`}
      ${arm.expected !== null && markup`<dl class="pair"><dt>expected</dt><dd>${arm.expected}</dd><dt>observed</dt><dd>${arm.observed}</dd></dl>`}
      ${list(
        heading,
        'Assertions',
        arm.assertions.map(({ ok, text }) => `${ok ? '✓' : '✗'} ${text}`),
      )}
      ${list(
        heading,
        'Figures',
        arm.measurements.map(({ name, value, unit }) => `${name}: ${value} ${unit}`),
      )}
      ${list(heading, 'Findings', arm.findings)}
      ${evidence(heading, arm)}
      ${list(
        heading,
        'Timeline',
        arm.timeline.map(({ atMs, what }) => `${(atMs / 1000).toFixed(3)} s ${what}`),
      )}
      ${claim && claim.killedBy.length > 0 && markup`<p class="proof">Proven to fail under: ${claim.killedBy.join(', ')}.</p>`}
    </div>
  `
}

const list = (heading: string, title: string, items: readonly string[]): VNode | false =>
  items.length > 0 && markup`<${heading}>${title}</${heading}><ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`

const evidence = (heading: string, { evidence: files }: ArmRecord): VNode | false =>
  files.length > 0 &&
  markup`<${heading}>Evidence</${heading}><ul>${files.map(({ name, path }) => markup`<li><a href=${encodeURI(path)}>${name}</a></li>`)}</ul>`
