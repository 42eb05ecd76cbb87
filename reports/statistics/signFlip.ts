/**
 * More blocks than this are joined with their neighbours: what drifts or goes with the block before is then mostly within a group, where it does no harm
 * (docs/gate.md has the error rates with and without it), and all 2^10 ways to flip signs are looked at, none is drawn by lot.
 */
const MOST_BLOCKS = 10

/** Differences of one figure by block, positive for worse. */
export type Differences = ReadonlyMap<string, number>

/**
 * Exact paired permutation test on block means, for a whole family of figures at once. When nothing has changed, each block's differences are as likely
 * to be of the other sign, all figures of the block together: over all ways to flip blocks, how often is the largest statistic of the family at least
 * the figure's own? The answers are adjusted for the size of the family by construction (Westfall and Young 1993, single-step maxT), and take into
 * account that figures of a block go together.
 *
 * @returns one-sided p-values, in the order of the family; 1 for a figure without differences
 */
export function signFlip(family: readonly Differences[]): number[] {
  const blocks = joined([...new Set(family.flatMap((differences) => [...differences.keys()]))].sort(byNumber))
  const rows = family.map((differences) => blocks.map((names) => sum(names.map((name) => differences.get(name) ?? 0))))
  const norms = rows.map((row) => Math.sqrt(sum(row.map((value) => value * value))))
  const observed = rows.map((row, index) => statistic(sum(row), norms[index] ?? 0))
  const exceeded = rows.map(() => 0)
  const ways = 2 ** blocks.length
  const sums = rows.map(sum)
  const signs = blocks.map(() => 1)
  for (let way = 0; way < ways; way++) {
    let largest = -Infinity
    for (let figure = 0; figure < sums.length; figure++)
      largest = Math.max(largest, statistic(sums[figure] ?? 0, norms[figure] ?? 0))
    for (let figure = 0; figure < observed.length; figure++)
      if (largest >= (observed[figure] ?? 0) - 1e-9) exceeded[figure] = (exceeded[figure] ?? 0) + 1
    // Gray code: the next way differs from this one in a single block.
    const block = Math.min(blocks.length - 1, trailingZeros(way + 1))
    signs[block] = -(signs[block] ?? 1)
    for (let figure = 0; figure < sums.length; figure++)
      sums[figure] = (sums[figure] ?? 0) + 2 * (signs[block] ?? 1) * (rows[figure]?.[block] ?? 0)
  }
  return exceeded.map((count, index) => ((norms[index] ?? 0) === 0 ? 1 : count / ways))
}

/** Monotone in Student's t for a given figure: the sum of squares stays the same however signs are flipped. */
const statistic = (total: number, norm: number): number => (norm === 0 ? 0 : total / norm)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const trailingZeros = (value: number): number => 31 - Math.clz32(value & -value)

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

function joined(blocks: readonly string[]): string[][] {
  let groups = blocks.map((block) => [block])
  while (groups.length > MOST_BLOCKS) {
    const pairs: string[][] = []
    for (let index = 0; index < groups.length; index += 2)
      pairs.push([...(groups[index] ?? []), ...(groups[index + 1] ?? [])])
    groups = pairs
  }
  return groups
}
