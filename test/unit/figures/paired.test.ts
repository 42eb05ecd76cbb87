import { expect } from 'chai'
import { above, saidOf } from '../../../helpers/figures/paired.ts'

const reading = (metric: string, block: number, value: number, invalid: string | null = null) => ({
  figure: { metric, unit: 's', better: 'lower', method: 'test', documented: null } as const,
  block,
  at: new Date(0),
  value,
  invalid,
})

/** Blocks from 1, each with a value of `a` and one of `b`. */
const taken = (pairs: readonly (readonly [a: number, b: number])[]) => ({
  taken: pairs.flatMap(([a, b], index) => [reading('a', index + 1, a), reading('b', index + 1, b)]),
})

describe('two figures block by block', () => {
  it('differ when eight of eight or seven of eight say so, by the exact sign test', () => {
    const eight = above(taken(Array.from({ length: 8 }, () => [2, 1])), 'a', 'b')
    expect(eight).to.deep.equal({ blocks: 8, above: 8, p: 1 / 256, significant: true })
    const seven = above(taken([[1, 2], ...Array.from({ length: 7 }, () => [2, 1] as const)]), 'a', 'b')
    expect(seven.p).to.equal(9 / 256)
    expect(seven.significant).to.equal(true)
    expect(saidOf(seven)).to.equal('in 7 of 8 blocks, p = 0.035')
  })

  it('do not when six of eight say so, when they are equal, or within the margin', () => {
    const six = above(taken([[1, 2], [1, 2], ...Array.from({ length: 6 }, () => [2, 1] as const)]), 'a', 'b')
    expect(six.p).to.equal(37 / 256)
    expect(six.significant).to.equal(false)
    const equal = above(taken(Array.from({ length: 8 }, () => [1, 1])), 'a', 'b')
    expect(equal).to.include({ above: 0, p: 1, significant: false })
    expect(above(taken(Array.from({ length: 8 }, () => [1.1, 1])), 'a', 'b', 1.2).significant).to.equal(false)
  })

  it('are held against each other by medians of what counts, in blocks that have both', () => {
    const some = [
      reading('a', 0, 9, 'warm-up'),
      reading('b', 0, 1, 'warm-up'),
      ...[1, 1, 30].map((value) => reading('a', 1, value)),
      reading('b', 1, 2),
      reading('a', 2, 5),
    ]
    expect(above({ taken: some }, 'a', 'b')).to.include({ blocks: 1, above: 0 })
    expect(above({ taken: [] }, 'a', 'b')).to.include({ blocks: 0, p: 1, significant: false })
  })
})
