import type { Claim } from '../engine/catalog/claim.ts'
import { plainTable } from './terminal/plainTable.ts'

/** How far a chapter can be trusted: numbers of claims. */
export interface ChapterSummary {
  readonly chapter: string
  readonly claims: number
  /** With a check; the others have a reason. */
  readonly executable: number
  /** Executable ones that can fail a run. */
  readonly gate: number
  /** Executable ones that at least one fault of the simulator turns red, as `npm run mutation` shows. */
  readonly provenByMutation: number
}

/** @param faults how many faults each check names, by id of its claim. */
export function summarise(
  claims: readonly (Claim & { readonly chapter: string })[],
  faults: ReadonlyMap<string, number>,
): ChapterSummary[] {
  return [...new Set(claims.map(({ chapter }) => chapter))].map((chapter) => {
    const own = claims.filter((claim) => claim.chapter === chapter)
    const executable = own.filter(({ id }) => faults.has(id))
    return {
      chapter,
      claims: own.length,
      executable: executable.length,
      gate: executable.filter(({ gate }) => gate).length,
      provenByMutation: executable.filter(({ id }) => (faults.get(id) ?? 0) > 0).length,
    }
  })
}

/** The chapters with their sum, as a table. */
export function summaryTable(chapters: readonly ChapterSummary[]): string {
  const sum = (of: (chapter: ChapterSummary) => number) => chapters.reduce((total, each) => total + of(each), 0)
  const all: ChapterSummary = {
    chapter: 'all',
    claims: sum(({ claims }) => claims),
    executable: sum(({ executable }) => executable),
    gate: sum(({ gate }) => gate),
    provenByMutation: sum(({ provenByMutation }) => provenByMutation),
  }
  const row = (each: ChapterSummary) =>
    [each.chapter, each.claims, each.executable, each.gate, each.provenByMutation].map(String)
  return plainTable(['CHAPTER', 'CLAIMS', 'EXECUTABLE', 'GATE', 'PROVEN BY MUTATION'], [...chapters, all].map(row))
}

/** Faults that each check names. */
export async function faultsByClaim(): Promise<ReadonlyMap<string, number>> {
  const { loadSpecs } = await import('../engine/catalog/loadSpecs.ts')
  return new Map((await loadSpecs()).map(({ id, definition }) => [id, Object.keys(definition.killedBy).length]))
}
