/** One figure of the bench: a ratio or an amount, its limit, and whether it holds. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly limit: number
  readonly unit: string
  readonly holds: boolean
  /** What the figure was made of. */
  readonly note: string
}

/** A figure holds when it is not above its limit. */
export const row = (name: string, value: number, limit: number, unit: string, note = ''): Row => ({
  name,
  value: Math.round(value * 1000) / 1000,
  limit,
  unit,
  holds: value <= limit,
  note,
})

/** @param share 0 to 1: 0.5 is the median */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** A bench that this machine cannot make, and why. */
export class Skipped extends Error {}
