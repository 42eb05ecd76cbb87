import { expect } from 'chai'
import { packingBound } from '../../../engine/schedule/packingBound.ts'

const room = { millicores: 1999, mib: 8000, pods: 110 }
const life = (millicores: number, ms = 1000, mib = 0) => ({ cost: { millicores, mib, pods: 1 }, ms })

describe('the least time in which nodes can carry pods', () => {
  it('counts a pod of a bit more than an eighth of a node as a seventh: no more than seven fit', () => {
    expect(packingBound([room], Array<ReturnType<typeof life>>(14).fill(life(250)))).to.be.closeTo(2000, 1e-6)
  })

  it('counts what fits without a rest as what it is', () => {
    const even = { ...room, millicores: 2000 }
    expect(packingBound([even], Array<ReturnType<typeof life>>(16).fill(life(250)))).to.be.closeTo(2000, 1e-6)
    expect(packingBound([even], [life(2000, 500)])).to.equal(500)
  })

  it('counts two pods of more than half of a node as one after the other', () => {
    expect(packingBound([room], [life(1001), life(1400)])).to.equal(2000)
  })

  it('is that of what is scarce: CPU, memory or the number of pods', () => {
    expect(packingBound([room], [life(0, 1000, 8000), life(0, 3000, 4000)])).to.equal(2500)
    expect(packingBound([{ ...room, pods: 1 }], [life(1, 700), life(1, 300)])).to.equal(1000)
  })

  it('is less with more nodes, and nothing without pods', () => {
    expect(packingBound([room, room], [life(1001), life(1400)])).to.equal(1000)
    expect(packingBound([room], [])).to.equal(0)
    expect(packingBound([], [])).to.equal(0)
  })
})
