import type { VNode } from 'preact'
import { answerOf } from '../answer.ts'
import { controlsSaid } from '../controlsSaid.ts'
import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { verdicts } from '../record/verdict.ts'
import { markup } from './markup.ts'

/** The first screen: may I rely on this cluster, and on what does the answer rest. */
export function answer(record: RunRecord): VNode {
  const { verdicts: counts } = record.summary
  const { headline, because } = answerOf(record)
  return markup`
    ${record.simulated && markup`<p class="simulated">SIMULATED cluster: these results are no evidence about a real one.</p>`}
    <p class="context">${record.cluster.context} · Kubernetes ${record.cluster.kubernetesVersion} · Kata ${kataVersionOf(record) ?? 'of unknown release'} · ${record.startedAt}</p>
    <h1>${headline}</h1>
    <p>${because}</p>
    <dl class="counts">
      ${verdicts.map((verdict) => markup`<div class=${verdict}><dt>${verdict}</dt><dd>${counts[verdict]}</dd></div>`)}
    </dl>
    <p class="basis">
      ${basis(record)} ${record.leaked.length > 0 && markup`<strong>${record.leaked.length} objects were left behind.</strong>`}
    </p>
  `
}

function basis({ summary, durationMs }: RunRecord): string {
  const { planned, controls, canaries, claimsWithoutCheck } = summary
  return [
    `${planned} arms in ${(durationMs / 1000).toFixed(1)} s.`,
    `Control arms on the default runtime: ${controlsSaid(controls)}.`,
    `${canaries.failedAsTheyMust} of ${canaries.planned} canaries failed, as they must.`,
    `${claimsWithoutCheck} claims have no executable check and are counted nowhere.`,
  ].join(' ')
}
