/**
 * When the cluster could not be asked for so long that what was timed meanwhile says nothing about the product. An answer that is merely slow is not
 * counted: the machine that the suite runs on may be. Moments are those of performance.now().
 */
export interface Troubles {
  /** Something has just failed that is tried again; the result is called when it has succeeded, or is given up. */
  begin(what: string): () => void
  /** What failed for too long at some time after the moment; null: nothing did. */
  since(moment: number): string | null
}

/** Checks that time something allow for this much. */
const lateMs = 5000

/** As many as a long run on a bad day has; the oldest are forgotten first. */
const remembered = 1000

export function createTroubles(now: () => number = () => performance.now()): Troubles {
  const failing = new Set<{ what: string; from: number }>()
  const late: { what: string; from: number; to: number }[] = []
  const text = (what: string, ms: number): string => `${what} failed for ${(ms / 1000).toFixed(1)} s`
  return {
    begin(what) {
      const one = { what, from: now() }
      failing.add(one)
      return () => {
        if (!failing.delete(one) || now() - one.from <= lateMs) return
        late.push({ ...one, to: now() })
        if (late.length > remembered) late.shift()
      }
    },
    since(moment) {
      const open = [...failing].find(({ from }) => now() - from > lateMs)
      if (open) return `${text(open.what, now() - open.from)} and still does`
      const ended = late.find(({ to }) => to >= moment)
      return ended ? text(ended.what, ended.to - ended.from) : null
    },
  }
}
