import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { columnsOf } from './columns.ts'
import { figuresOf } from './figuresOf.ts'
import { packArm } from './packArms.ts'
import type { ClaimData, PageData, RunHead } from './pageData.ts'
import { sandboxMemory } from './sandboxMemory.ts'
import { Texts } from './texts.ts'

/** One run, or two side by side: the claims are the last run's, and those of the first that it has no more. */
export function packRuns(kind: 'run' | 'comparison', records: readonly RunRecord[]): PageData {
  const texts = new Texts()
  const claims = claimsOf(records)
  const columns = columnsOf(records)
  const places = { texts, claims: placesOf(claims.map(({ id }) => id)), columns: placesOf(columns) }
  const arms = records.flatMap((record, run) => record.arms.map((arm) => packArm(arm, run, places)))
  return {
    kind,
    runs: records.map((record) => runHead(record, record.runId)),
    columns,
    claims,
    texts: texts.all,
    arms,
    strips: [],
    changes: [],
    figures: records.flatMap(figuresOf),
    sandboxes: records.flatMap(sandboxMemory),
    effects: [],
  }
}

export const placesOf = (names: readonly string[]): Map<string, number> =>
  new Map(names.map((name, place) => [name, place]))

export const runHead = (record: RunRecord, name: string): RunHead => ({
  name,
  startedAt: record.startedAt,
  kata: kataVersionOf(record),
  kubernetes: record.cluster.kubernetesVersion,
})

/** Claims that have arms or say why they have none on some class, by chapter. */
export function claimsOf(records: readonly Pick<RunRecord, 'claims' | 'arms'>[]): ClaimData[] {
  const found = new Map<string, ClaimData>()
  for (const { claims, arms } of records) {
    const tried = new Set(arms.map(({ behaviour }) => behaviour))
    for (const { executable, reason: _reason, kind: _kind, gate: _gate, ...claim } of claims)
      if (executable && (tried.has(claim.id) || claim.notApplicable.length > 0)) found.set(claim.id, claim)
    for (const { behaviour, chapter, title, level } of arms)
      if (!found.has(behaviour))
        found.set(behaviour, {
          ...{ id: behaviour, chapter, title, level },
          ...{ statement: title, source: [], notApplicable: [], killedBy: [] },
        })
  }
  const chapters = [...new Set([...found.values()].map(({ chapter }) => chapter))]
  return chapters.flatMap((name) => [...found.values()].filter(({ chapter }) => chapter === name))
}
