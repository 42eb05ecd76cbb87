import type { Sample } from '../record/figure.ts'

/** Of the samples of a block so many at each end are left out of its mean: two starts in five that meet a busy moment move nothing. */
const TRIMMED = 0.4

/** Mean of each block's valid samples without the extremes, by block. */
export function blockMeans(samples: readonly Sample[]): Map<number, number> {
  const blocks = new Map<number, number[]>()
  for (const { block, value, invalid } of samples) {
    if (invalid !== null) continue
    const values = blocks.get(block)
    if (values) values.push(value)
    else blocks.set(block, [value])
  }
  return new Map([...blocks].map(([block, values]) => [block, trimmedMean(values)]))
}

function trimmedMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const cut = Math.min(Math.floor(sorted.length * TRIMMED), Math.floor((sorted.length - 1) / 2))
  const kept = sorted.slice(cut, sorted.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}
