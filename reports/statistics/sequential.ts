/**
 * Wald's sequential probability ratio test of two simple hypotheses: a good one fails with probability `flakeRate`, a bad one passes with it. Observation goes on until
 * failures and passes differ by `lead`; the probability to take a good one for bad is then at most `error`, and the reverse as well, however many
 * observations it took (Wald 1945: the ratio at the end is at least (1 - error) / error).
 * @returns null when the rate is so high that it cannot be told: a half or more
 */
export function leadFor(flakeRate: number, error: number): number | null {
  if (flakeRate >= 0.5) return null
  // What has never been seen to flake is held to one observation in a hundred.
  const rate = Math.max(flakeRate, 0.01)
  return Math.max(1, Math.ceil(Math.log((1 - error) / error) / Math.log((1 - rate) / rate) - 1e-9))
}

export type Decided = 'good' | 'bad' | null

/** @param lead of leadFor */
export function decided({ passed, failed }: { passed: number; failed: number }, lead: number): Decided {
  if (failed - passed >= lead) return 'bad'
  return passed - failed >= lead ? 'good' : null
}
