import { ApiError } from './apiError.ts'

/** Whether repeating a call can do anything twice. */
export type Repeatable =
  /** Reads, and writes that end in the same state: repeated on any transport error and 429, 500, 502, 503, 504. */
  | 'always'
  /** Writes that may have happened though the answer was lost: repeated only when they certainly did not. */
  | 'when-not-done'
  | 'never'

/** Why a failed call may be made again, or null. */
export function whyRepeat(error: unknown, repeatable: Repeatable): string | null {
  if (!(error instanceof ApiError) || repeatable === 'never') return null
  const { code, reason } = error
  // 429 is answered before the request is handled (API Priority and Fairness), or by eviction, which the suite does not use.
  if (code === 429) return '429 TooManyRequests'
  if (error.neverSent && reason !== 'Tls') return reason
  if (repeatable !== 'always') return null
  // The server has waited for it already, ten seconds unless its configuration says otherwise: who hangs hangs again.
  if (/failed calling webhook .*(deadline exceeded|[Tt]imeout)/.test(error.status?.message ?? '')) return null
  if (code === 0 && (reason === 'Connection' || reason === 'Timeout')) return reason
  if ([500, 502, 503, 504].includes(code)) return `${code} ${reason}`
  return null
}

/** Back-off before attempt `attempt` + 1, ms: doubling from 100 to 3 000 with jitter; a Retry-After (s) wins. */
export function backOffMs(attempt: number, error: unknown, random: () => number = Math.random): number {
  const asked = error instanceof ApiError ? error.retryAfter : null
  if (asked !== null) return Math.min(asked, 30) * 1000
  return Math.min(3000, 100 * 2 ** (attempt - 1)) * (0.75 + random() / 2)
}
