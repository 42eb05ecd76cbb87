import type { VNode } from 'preact'
import type { RunRecord } from '../record/runRecord.ts'
import { verdicts } from '../record/verdict.ts'
import { markup } from './markup.ts'

const headlines: Readonly<Record<RunRecord['outcome'], string>> = {
  conformant: 'Yes: you may rely on this cluster.',
  'not-conformant': 'No: this cluster departs from the documented behaviour.',
  incomplete: 'Not known: something kept the suite from knowing.',
  invalid: 'Do not trust this run: a canary passed.',
  interrupted: 'Not known: the run was interrupted.',
}

/** The first screen: may I rely on this cluster, and on what does the answer rest. */
export function answer(record: RunRecord): VNode {
  const { verdicts: counts } = record.summary
  const blocking = record.arms.filter(({ gate, verdict, role }) => role === 'check' && gate && verdict === 'failed')
  const claims = new Set(blocking.map(({ behaviour }) => behaviour)).size
  return markup`
    ${record.simulated && markup`<p class="simulated">SIMULATED cluster: these results are no evidence about a real one.</p>`}
    <p class="context">${record.cluster.context} · Kubernetes ${record.cluster.kubernetesVersion} · Kata ${kata(record)} · ${record.startedAt}</p>
    <h1>${headlines[record.outcome]}</h1>
    <p>${because(record, claims)}</p>
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
    `${controls.passed} of ${Object.values(controls).reduce((a, b) => a + b, 0)} control arms on the default runtime passed.`,
    `${canaries.failedAsTheyMust} of ${canaries.planned} canaries failed, as they must.`,
    `${claimsWithoutCheck} claims have no executable check and are counted nowhere.`,
  ].join(' ')
}

const kata = ({ facts }: RunRecord): string =>
  String(
    facts.find(({ subject, name }) => subject === 'cluster' && name === 'kataVersion')?.value ?? 'of unknown release',
  )

function because({ outcome, arms, summary }: RunRecord, claims: number): string {
  const of = (verdict: string) => arms.filter((arm) => arm.verdict === verdict).length
  switch (outcome) {
    case 'conformant':
      return 'Every gate-relevant behaviour that could be observed here was observed, and the canaries show that the checks can fail.'
    case 'not-conformant':
      return `${claims} gate-relevant ${claims === 1 ? 'claim does' : 'claims do'} not hold.`
    case 'invalid':
      return `${summary.canaries.passed} checks passed under the default runtime, where they must fail: no green line of this run proves anything.`
    case 'incomplete':
      return `${of('broken')} arms broke, ${of('environment')} failed on the default runtime too, ${summary.canaries.undecided} canaries could not be tried.`
    case 'interrupted':
      return 'What was observed until then is below.'
  }
}
