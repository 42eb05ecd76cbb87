/** Back-off of restarts and pulls: 10 s, doubled up to 5 minutes, forgotten after 10 minutes without trouble (kubelet, flowcontrol.Backoff). */
export interface BackOff {
  delayMs: number
  since: number
}

const FIRST_MS = 10_000
const LONGEST_MS = 300_000

/** ms that are left of the back-off after what happened at `eventAt`; 0 when there is none. */
export function remaining(backOff: BackOff | null, eventAt: number, now: number): number {
  if (!backOff || eventAt - backOff.since > 2 * LONGEST_MS) return 0
  return Math.max(0, eventAt + backOff.delayMs - now)
}

export function next(backOff: BackOff | null, eventAt: number): BackOff {
  if (!backOff || eventAt - backOff.since > 2 * LONGEST_MS) return { delayMs: FIRST_MS, since: eventAt }
  return { delayMs: Math.min(LONGEST_MS, backOff.delayMs * 2), since: eventAt }
}
