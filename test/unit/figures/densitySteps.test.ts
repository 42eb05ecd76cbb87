import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import { roomFor, whyStop } from '../../../helpers/figures/densitySteps.ts'

const fact = (value: number) => known(value, 'test')
const node = {
  allocatableMillicores: fact(8000),
  allocatableMiB: fact(16_000),
  allocatablePods: fact(110),
  requestedMillicores: fact(1000),
  requestedMiB: fact(2000),
  requestedPods: fact(9),
}

describe('how many sandboxes a node may have at once', () => {
  it('is what the scheduler would let on it, by the scarcest resource', () => {
    // 90 % of 8000m less 1000m, by 260m
    expect(roomFor(node, { millicores: 260, mebibytes: 200 })).to.equal(23)
    // 90 % of 16000 MiB less 2000 MiB, by 1000 MiB
    expect(roomFor(node, { millicores: 260, mebibytes: 1000 })).to.equal(12)
    expect(roomFor(node, { millicores: 0, mebibytes: 0 })).to.equal(90)
  })

  it('is nothing on a full node, and not known where the facts are not', () => {
    expect(roomFor({ ...node, requestedMiB: fact(15_000) }, { millicores: 1, mebibytes: 100 })).to.equal(0)
    const nothing = Object.fromEntries(Object.keys(node).map((key) => [key, unknown<number>('no rights')]))
    expect(roomFor(nothing as unknown as typeof node, { millicores: 260, mebibytes: 200 })).to.equal(Infinity)
  })

  it('stops for want of room, and before a fifth of the memory is touched', () => {
    const memory = { total: 10_000, available: 5000 }
    expect(whyStop(8, { eachMiB: 300, memory, room: 8 })).to.equal(null)
    expect(whyStop(8, { eachMiB: 300, memory, room: 7 })).to.match(/room for 7 more/)
    expect(whyStop(8, { eachMiB: 375, memory, room: 8 })).to.equal(null)
    expect(whyStop(8, { eachMiB: 376, memory, room: 8 })).to.equal('1992 of 10000 MiB would be left to the node')
  })
})
