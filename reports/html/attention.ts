import type { VNode } from 'preact'
import { needsAttention } from '../needsAttention.ts'
import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { armBody, claimText, proof, verdictWord } from './armBody.ts'
import { markup } from './markup.ts'

const order = ['failed', 'broken', 'environment', 'known', 'passed', 'skipped']

/** So many are shown whole; the page of a cluster where all is red must open, too. */
const WHOLE = 200

/** Everything that is not as it should be, worst first. */
export function attention(record: RunRecord): VNode {
  const arms = record.arms.filter(needsAttention).sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  const claims = new Map(record.claims.map((claim) => [claim.id, claim]))
  const rest = arms.slice(WHOLE)
  return markup`
    ${record.notes.map((note) => markup`<p class="note">${note}</p>`)}
    ${arms.length === 0 && markup`<p>No arm is red.</p>`}
    ${arms.slice(0, WHOLE).map((arm) => details(arm, claims.get(arm.behaviour)))}
    ${rest.length > 0 && markup`<p>And ${rest.length} more, which the matrix has: <code>${rest.map(({ id }) => id).join(', ')}</code></p>`}
  `
}

/** One arm, folded: verdict and first line of its message. */
function details(arm: ArmRecord, claim: RunRecord['claims'][number] | undefined): VNode {
  const mark = verdictWord(arm)
  return markup`
    <details class=${`arm ${mark.class}`}>
      <summary>
        <span class="verdict">${mark.word}</span> <span class="subject">${arm.id}: ${arm.title}</span>
        <span class="time">${(arm.durationMs / 1000).toFixed(2)} s</span>
        ${arm.message !== '' && markup`<span class="message">${arm.message.split('\n', 1)[0]}</span>`}
      </summary>
      ${claim && claimText(claim)}
      ${armBody(arm, { heading: 'h3', linked: true })}
      ${claim && proof(claim)}
    </details>
  `
}
