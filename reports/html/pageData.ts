import type { ArmRecord } from '../record/arm.ts'
import type { ClaimRecord } from '../record/journal.ts'
import type { Verdict } from '../record/verdict.ts'

/** What the page's script draws from: embedded once, as JSON. Texts that repeat stand in `texts` and are named by their place there. */
export interface PageData {
  readonly kind: 'run' | 'comparison' | 'history'
  /** One run, two (before, after), or many, the oldest first. */
  readonly runs: readonly RunHead[]
  /** RuntimeClasses, then the default runtime's and the cluster's own columns. */
  readonly columns: readonly string[]
  readonly claims: readonly ClaimData[]
  readonly texts: readonly string[]
  readonly arms: readonly PackedArm[]
  /** Of a history: what each cell came to in every run. */
  readonly strips: readonly Strip[]
  /** Of a comparison: what differs, by cell. */
  readonly changes: readonly ChangeData[]
  readonly figures: readonly FigureData[]
  readonly sandboxes: readonly SandboxMemory[]
  readonly effects: readonly EffectData[]
}

export interface RunHead {
  readonly name: string
  readonly startedAt: string
  readonly kata: string | null
  readonly kubernetes: string
}

export type ClaimData = Pick<
  ClaimRecord,
  'id' | 'chapter' | 'title' | 'statement' | 'source' | 'level' | 'notApplicable' | 'killedBy'
>

/** An arm as far as the page shows it. */
export type ShownArm = Pick<
  ArmRecord,
  | 'id'
  | 'behaviour'
  | 'role'
  | 'runtimeClass'
  | 'node'
  | 'case'
  | 'repeat'
  | 'verdict'
  | 'startedAt'
  | 'durationMs'
  | 'expected'
  | 'observed'
  | 'message'
  | 'measurements'
  | 'findings'
  | 'timeline'
> & {
  readonly assertions: readonly { readonly ok: boolean; readonly text: string }[]
  readonly evidence: readonly { readonly name: string; readonly path: string }[]
}

/** Texts by their place in `texts`, -1 for none. */
export type PackedArm = readonly [
  run: number,
  claim: number,
  column: number,
  id: number,
  verdict: Letter,
  role: number,
  node: number,
  row: number,
  repeat: number,
  startedAt: number,
  durationMs: number,
  expected: number,
  observed: number,
  message: number,
  assertions: readonly number[],
  measurements: readonly (readonly [name: number, value: number, unit: number])[],
  findings: readonly number[],
  timeline: readonly (readonly [atMs: number, what: number])[],
  evidence: readonly (readonly [name: number, path: number])[],
]

/** The first letter of a verdict; a space where a run has nothing. */
export type Letter = 'p' | 'f' | 'b' | 'e' | 's' | 'k'

export const verdictOfLetter: Readonly<Record<Letter, Verdict>> = {
  p: 'passed',
  f: 'failed',
  b: 'broken',
  e: 'environment',
  s: 'skipped',
  k: 'known',
}
export const letterOf = (verdict: Verdict): Letter => verdict[0] as Letter

/** The worst verdict decides what a cell shows. */
export const worstFirst: readonly Letter[] = ['f', 'b', 'e', 'k', 'p', 's']

/** A letter for each run, and the messages of those that are neither passed nor absent, in order. */
export type Strip = readonly [claim: number, column: number, letters: string, messages: readonly number[]]

export interface ChangeData {
  readonly claim: number
  readonly column: number
  readonly kind: string
  readonly what: string
}

export interface FigureData {
  readonly metric: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly method: string
  readonly documented: number | null
  readonly behaviour: string
  /** What was measured: a RuntimeClass, or what it was compared with. */
  readonly series: string
  readonly run: number
  /** Every sample; of a history one for each block, its mean. The rule is one that left the sample out. */
  readonly samples: readonly (readonly [block: number, value: number, rule?: string])[]
}

/** Resident memory of an idle sandbox's host processes. */
export interface SandboxMemory {
  readonly run: number
  readonly runtimeClass: string
  readonly behaviour: string
  readonly parts: readonly (readonly [process: string, mebibytes: number])[]
}

/** By how much a figure is larger in the second run, as a part. */
export interface EffectData {
  readonly figure: string
  readonly behaviour: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly change: number
  readonly low: number
  readonly high: number
  readonly blocks: number
  /** blocks, open, tolerated, told; null when nobody judged it. */
  readonly weight: string | null
}
