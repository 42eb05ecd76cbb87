import { median } from '../guest/copyWork.ts'
import type { Measured } from './inBlocks.ts'

/** Chance that a difference between equals is taken for one. */
const significance = 0.05

/** Two figures held against each other block by block, in which both were measured under the same conditions. */
export interface Paired {
  readonly blocks: number
  /** Blocks in which the first is above `times` the second. */
  readonly above: number
  /** Chance of so many or more, were above and below equally likely: the exact one-sided sign test. */
  readonly p: number
  readonly significant: boolean
}

/**
 * Whether a figure is above `times` another one, by the medians of each block. A tie counts against it.
 * @param first,second metrics of the same measurement
 */
export function above({ taken }: Pick<Measured, 'taken'>, first: string, second: string, times = 1): Paired {
  const byBlock = (metric: string) => {
    const values = new Map<number, number[]>()
    for (const { figure, block, value, invalid } of taken)
      if (figure.metric === metric && invalid === null) values.set(block, [...(values.get(block) ?? []), value])
    return values
  }
  const [ofFirst, ofSecond] = [byBlock(first), byBlock(second)]
  const pairs = [...ofFirst].flatMap(([block, values]) => {
    const others = ofSecond.get(block)
    return others ? [median(values) > times * median(others)] : []
  })
  const count = pairs.filter(Boolean).length
  const p = atLeast(count, pairs.length)
  return { blocks: pairs.length, above: count, p, significant: p <= significance }
}

/** Chance of at least `hits` heads of `throws`. */
function atLeast(hits: number, throws: number): number {
  let ways = 1
  let sum = 0
  for (let heads = 0; heads <= throws; heads += 1) {
    if (heads >= hits) sum += ways
    ways = (ways * (throws - heads)) / (heads + 1)
  }
  return sum / 2 ** throws
}

/** "in 8 of 8 blocks, p = 0.0039" */
export const saidOf = ({ blocks, above: count, p }: Paired): string =>
  `in ${count} of ${blocks} blocks, p = ${p.toPrecision(2)}`
