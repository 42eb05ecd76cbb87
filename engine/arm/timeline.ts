import type { TimelineEntry } from '../../reports/record/arm.ts'

/** Moments of an arm's life, ms after its start. */
export interface Timeline {
  readonly startedAt: Date
  readonly entries: TimelineEntry[]
  mark(what: string): void
  elapsedMs(): number
}

export function startTimeline(): Timeline {
  const startedAt = new Date()
  const start = performance.now()
  const elapsedMs = () => Math.round((performance.now() - start) * 1000) / 1000
  const entries: TimelineEntry[] = []
  return { startedAt, entries, elapsedMs, mark: (what) => void entries.push({ atMs: elapsedMs(), what }) }
}
