import { blockMeans } from '../statistics/blockMean.ts'
import { needsAttention } from '../needsAttention.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { columnOf, columnsOf } from './columns.ts'
import { figuresOf } from './figuresOf.ts'
import { claimsOf, runHead } from './packRuns.ts'
import {
  type ClaimData,
  type FigureData,
  letterOf,
  type Letter,
  type RunHead,
  type SandboxMemory,
  worstFirst,
} from './pageData.ts'
import { sandboxMemory } from './sandboxMemory.ts'

/** What a history keeps of a run: the records of many would not fit into memory. */
export interface RunDigest {
  readonly head: RunHead
  readonly runId: string
  readonly server: string
  readonly simulated: boolean
  readonly outcome: RunRecord['outcome']
  readonly claims: readonly ClaimData[]
  readonly columns: readonly string[]
  /** By behaviour, then column. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, DigestCell>>
  readonly figures: readonly FigureData[]
  readonly sandboxes: readonly SandboxMemory[]
}

export interface DigestCell {
  readonly letter: Letter
  /** Of what decided the letter; empty when it passed. */
  readonly message: string
}

/** @param name in the archive */
export function digestOf(record: RunRecord, name: string): RunDigest {
  const cells = new Map<string, Map<string, DigestCell>>()
  for (const arm of record.arms) {
    const row = cells.get(arm.behaviour) ?? new Map<string, DigestCell>()
    cells.set(arm.behaviour, row)
    const column = columnOf(arm)
    const mark =
      arm.role === 'canary' && !needsAttention(arm)
        ? 'passed'
        : arm.role === 'canary' && arm.verdict === 'passed'
          ? 'failed'
          : arm.verdict
    const letter = letterOf(mark)
    const known = row.get(column)
    if (known && worstFirst.indexOf(known.letter) <= worstFirst.indexOf(letter)) continue
    row.set(column, { letter, message: letter === 'p' ? '' : (arm.message.split('\n', 1)[0] ?? '') })
  }
  return {
    ...{ head: runHead(record, name), runId: record.runId, server: record.cluster.server, simulated: record.simulated },
    ...{ outcome: record.outcome, claims: claimsOf([record]), columns: columnsOf([record]), cells },
    figures: [...figuresOf(record, 0).map(byBlocks), ...sandboxMemory(record, 0).map(asFigure)],
    sandboxes: sandboxMemory(record, 0),
  }
}

/** Means of the blocks that count: over many runs every block is a dot. */
const byBlocks = (figure: FigureData): FigureData => ({
  ...figure,
  samples: [
    ...blockMeans(figure.samples.map(([block, value, invalid = null]) => ({ at: '', block, value, invalid }))),
  ].map(([block, mean]) => [block, Number(mean.toPrecision(4))] as const),
})

/** Over many runs a sandbox's memory is one dot. */
const asFigure = ({ runtimeClass, behaviour, parts }: SandboxMemory): FigureData => ({
  ...{ metric: 'memory of an idle sandbox', unit: 'MiB', better: 'lower', documented: null, behaviour, run: 0 },
  method: `resident memory of its host processes: ${parts.map(([process]) => process).join(', ')}`,
  series: runtimeClass,
  samples: [[0, Number(parts.reduce((sum, [, mebibytes]) => sum + mebibytes, 0).toPrecision(4))]],
})
