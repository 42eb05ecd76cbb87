import type { Figure } from '../../reports/record/figure.ts'
import type { Random } from '../reliability/random.ts'

/** How a figure varies when nothing has changed: all as parts of its value. */
export interface NoiseModel {
  /** Standard deviation from sample to sample within a block, and from block to block. */
  readonly within: number
  readonly between: number
  /** From the first block of a run to its last, in both runs alike. */
  readonly drift?: number
  /** Of one sample in twenty: so many times the value. */
  readonly outlier?: number
  /** Correlation of a block with the one before, in each run. */
  readonly correlation?: number
  /** Half of the blocks run at this part more: a machine with two clock speeds. */
  readonly second?: number
}

/** The default plan: what BENCH claims measure with --quiet-nodes. */
export const defaultPlan: { readonly blocks: number; readonly samples: number } = { blocks: 40, samples: 5 }

export const usualNoise: NoiseModel = { within: 0.05, between: 0.03 }

/** @param shift the true change, as a part */
export function noisyFigure(
  metric: string,
  random: Random,
  noise: NoiseModel = usualNoise,
  { shift = 0, value = 1000, blocks = defaultPlan.blocks, samples = defaultPlan.samples } = {},
): Figure {
  let before = 0
  const made = Array.from({ length: blocks }, (_, block) => {
    const rho = noise.correlation ?? 0
    before = rho * before + Math.sqrt(1 - rho * rho) * normal(random)
    const place = blocks === 1 ? 0 : block / (blocks - 1)
    const level =
      value *
      (1 + shift) *
      (1 + noise.between * before) *
      (1 + (noise.drift ?? 0) * place) *
      (1 + (random.next() < 0.5 ? (noise.second ?? 0) : 0))
    return Array.from({ length: samples }, (_sample, index) => ({
      at: times[block * samples + index] ?? '',
      block,
      value: Math.max(
        0,
        level * (1 + noise.within * normal(random)) * (random.next() < 0.05 ? (noise.outlier ?? 1) : 1),
      ),
      invalid: null,
    }))
  })
  return { metric, unit: 'ms', better: 'lower', method: 'made up', samples: made.flat() }
}

/** A sample a second. */
const times = Array.from({ length: 1000 }, (_, index) => new Date(Date.UTC(2026, 2, 1, 10, 0, index)).toISOString())

/** Standard normal (Box and Muller). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
