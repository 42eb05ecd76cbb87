import type { VNode } from 'preact'
import { needsAttention } from '../needsAttention.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { armDetails } from './armDetails.ts'
import { markup } from './markup.ts'

const order = ['failed', 'broken', 'environment', 'known', 'passed', 'skipped']

/** Everything that is not as it should be, worst first. */
export function attention(record: RunRecord): VNode {
  const arms = record.arms.filter(needsAttention).sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  return markup`
    ${record.notes.map((note) => markup`<p class="note">${note}</p>`)}
    ${arms.length === 0 ? markup`<p>Nothing.</p>` : arms.map((arm) => armDetails(arm, record, { titled: true }))}
  `
}
