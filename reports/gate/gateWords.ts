import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { RunRecord } from '../record/runRecord.ts'
import type { Answer, Decision } from './decide.ts'
import type { Finding, Weight } from './finding.ts'

/** The answer in capitals, for whoever reads one line. */
export const answerWords: Readonly<Record<Answer, string>> = {
  ship: 'SHIP',
  'do-not-ship': 'DO NOT SHIP',
  'cannot-tell': 'CANNOT TELL',
}

export const weightTitles: Readonly<Record<Weight, string>> = {
  blocks: 'Reasons not to ship',
  open: 'Open: what has to be known first',
  tolerated: 'Tolerated',
  told: 'Other differences',
}

export const weights: readonly Weight[] = ['blocks', 'open', 'tolerated', 'told']

/** Of a gate's decision or an upgrade's. */
export const findingsOf = ({ findings }: { readonly findings: readonly Finding[] }, weight: Weight): Finding[] =>
  findings.filter((finding) => finding.weight === weight)

/** The answer with its main reason, in one sentence. */
export function sentence(decision: Decision): string {
  const blocks = findingsOf(decision, 'blocks')
  const open = findingsOf(decision, 'open')
  const { unchanged, figures } = decision.comparison
  const compared = `${unchanged} checks as before${figures.length > 0 ? `, ${figures.length} figures compared` : ''}`
  if (decision.answer === 'do-not-ship')
    return `${counted(blocks.length, 'reason')}, the first: ${blocks[0]?.subject}: ${blocks[0]?.what}`
  if (decision.answer === 'cannot-tell')
    return `${counted(open.length, 'question')} open, the first: ${open[0]?.subject}: ${open[0]?.what}`
  return `nothing that the policy blocks got worse; ${compared}`
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** A run in one line: id, time, cluster, release of Kata. */
export function runLine(record: RunRecord): string {
  const { runId, startedAt, cluster, simulated } = record
  const kata = kataVersionOf(record)
  return `${runId}, ${startedAt.slice(0, 19)}Z, ${simulated ? 'SIMULATED' : cluster.context}, Kubernetes ${cluster.kubernetesVersion}${kata === null ? '' : `, Kata ${kata}`}`
}
