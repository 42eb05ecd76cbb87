import { expect } from 'chai'
import { decided, leadFor } from '../../reports/statistics/sequential.ts'

/** The same draws every time (mulberry32). */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Probability that a walk of steps up (rate) and down ends at `lead` before `-lead` (the gambler's ruin, Feller I, XIV.2). */
const wrong = (rate: number, lead: number): number => 1 / (1 + ((1 - rate) / rate) ** lead)

describe('repeats until sure', () => {
  it('need a lead that grows with the flake rate, by the gambler’s ruin no larger than needed and no smaller', () => {
    for (const rate of [0.01, 0.05, 0.1, 0.2, 0.3, 0.4])
      for (const error of [0.01, 0.002, 0.0001]) {
        const lead = leadFor(rate, error) ?? 0
        expect(wrong(rate, lead), `${rate} ${error}`).to.be.at.most(error * (1 + 1e-9))
        if (lead > 1) expect(wrong(rate, lead - 1), `${rate} ${error}`).to.be.above(error)
      }
  })

  it('are one where the check is steady and little is at stake, and cannot do where it is a coin', () => {
    expect(leadFor(0, 0.01)).to.equal(1)
    expect(leadFor(0.05, 0.01)).to.equal(2)
    expect(leadFor(0.5, 0.01)).to.equal(null)
  })

  it('take a flaky good for bad, and the reverse, in at most one of a hundred drawn cases', () => {
    const random = draws(7)
    for (const rate of [0.05, 0.2, 0.35]) {
      const lead = leadFor(rate, 0.01) ?? 0
      let mistaken = 0
      for (let trial = 0; trial < 20_000; trial++) {
        const count = { passed: 0, failed: 0 }
        while (decided(count, lead) === null) count[random() < rate ? 'failed' : 'passed']++
        if (decided(count, lead) === 'bad') mistaken++
      }
      expect(mistaken / 20_000, `${rate}`).to.be.at.most(0.01)
    }
  })
})
