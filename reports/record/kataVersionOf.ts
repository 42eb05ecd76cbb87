import type { RunRecord } from './runRecord.ts'

/** The release of Kata that the run detected on its cluster, such as 3.26.0; null when it could not tell. */
export function kataVersionOf({ facts }: Pick<RunRecord, 'facts'>): string | null {
  const found = facts.find(({ subject, name }) => subject === 'cluster' && name === 'kataVersion')?.value
  return found === undefined || found === null ? null : String(found)
}
