import hypergeometricCdf from '@stdlib/stats-base-dists-hypergeometric-cdf'

/** How often something was tried, and how often it failed. */
export interface Trials {
  readonly failed: number
  readonly total: number
}

/**
 * Fisher's exact test, one-sided: the probability that `after` has at least so many of all failures when both have the same failure rate (the margins of
 * the 2x2 table held fixed). 1 when there is nothing to compare.
 */
export function moreFailures(before: Trials, after: Trials): number {
  const total = before.total + after.total
  const failures = before.failed + after.failed
  if (before.total === 0 || after.total === 0 || failures === 0) return 1
  return Math.min(1, 1 - hypergeometricCdf(after.failed - 1, total, failures, after.total))
}

/** Fewest trials on each side with which `rate` of failures against none would be told at the level `alpha`; null above `most`. */
export function trialsToTell(rate: number, alpha: number, most = 200): number | null {
  for (let total = 2; total <= most; total++) {
    const failed = Math.round(rate * total)
    if (failed > 0 && moreFailures({ failed: 0, total }, { failed, total }) <= alpha) return total
  }
  return null
}
