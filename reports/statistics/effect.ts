import tQuantile from '@stdlib/stats-base-dists-t-quantile'

/** By how much a figure is larger after than before, as a part of what it was (0.1: ten per cent), with the interval that holds it in 95 of 100 cases. */
export interface Effect {
  readonly change: number
  readonly low: number
  readonly high: number
  readonly blocks: number
}

/** @param logRatios ln(after / before) of each block; at least two */
export function effectOf(logRatios: readonly number[]): Effect {
  const blocks = logRatios.length
  const mean = logRatios.reduce((sum, value) => sum + value, 0) / blocks
  const variance = logRatios.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (blocks - 1)
  const margin = tQuantile(0.975, blocks - 1) * Math.sqrt(variance / blocks)
  return { change: Math.expm1(mean), low: Math.expm1(mean - margin), high: Math.expm1(mean + margin), blocks }
}

/** The effect in words: `+3.1 % (95 % interval +1.0 % to +5.2 %, 40 blocks)`. */
export const effectText = ({ change, low, high, blocks }: Effect): string =>
  `${percent(change)} (95 % interval ${percent(low)} to ${percent(high)}, ${blocks} blocks)`

/** A part of one with its sign: 0.031 is `+3.1 %`. */
export const percent = (part: number): string => `${part > 0 ? '+' : ''}${(100 * part).toFixed(1)} %`
