import { expect } from 'chai'
import { longestChainMs } from '../../../engine/schedule/longestChain.ts'

const arm = (node: string | null, ms: number, exclusive = false) => ({ node, ms, exclusive })

describe('the longest chain of arms', () => {
  it('is the longest arm where all can run at once', () => {
    expect(longestChainMs([arm('a', 3), arm('a', 5), arm('b', 4), arm(null, 1)])).to.equal(5)
    expect(longestChainMs([])).to.equal(0)
  })

  it('has exclusive arms of a node one after the other, and beside none of it', () => {
    expect(longestChainMs([arm('a', 5), arm('a', 2, true), arm('a', 3, true), arm('b', 4, true)])).to.equal(10)
    expect(longestChainMs([arm('a', 2, true), arm('b', 9), arm('b', 1, true)])).to.equal(10)
  })
})
