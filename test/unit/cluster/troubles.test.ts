import { expect } from 'chai'
import { createTroubles } from '../../../helpers/cluster/troubles.ts'

describe('what the cluster could not be asked for', () => {
  let now = 0
  const at = (ms: number): number => (now = ms)
  const troubles = createTroubles(() => now)

  it('is nothing while what fails succeeds soon', () => {
    at(0)
    const answered = troubles.begin('GET /a')
    at(4000)
    answered()
    expect(troubles.since(0)).to.equal(null)
  })

  it('is told of whoever was at work at that time, and of nobody who began later', () => {
    at(10_000)
    const answered = troubles.begin('GET /b')
    at(18_000)
    expect(troubles.since(17_000), 'while it lasts').to.equal('GET /b failed for 8.0 s and still does')
    answered()
    expect(troubles.since(18_000)).to.equal('GET /b failed for 8.0 s')
    expect(troubles.since(18_001)).to.equal(null)
  })

  it('counts once, whoever ends it', () => {
    at(20_000)
    const answered = troubles.begin('GET /c')
    at(21_000)
    answered()
    at(30_000)
    answered()
    expect(troubles.since(20_000)).to.equal(null)
  })
})
