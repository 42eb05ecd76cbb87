import { expect } from 'chai'
import { kataVersionOf } from '../../reports/record/kataVersionOf.ts'

describe('the release of Kata of a run', () => {
  const fact = (subject: string, name: string, value: string | null) => ({
    ...{ subject, name, value, unit: null, how: 'h', evidence: null },
  })

  it('is what the run detected of the cluster', () => {
    const facts = [fact('node/a', 'kataVersion', '3.25.0'), fact('cluster', 'kataVersion', '3.26.0')]
    expect(kataVersionOf({ facts })).to.equal('3.26.0')
  })

  it('is null when the run could not tell, or did not ask', () => {
    expect(kataVersionOf({ facts: [fact('cluster', 'kataVersion', null)] })).to.equal(null)
    expect(kataVersionOf({ facts: [] })).to.equal(null)
  })
})
