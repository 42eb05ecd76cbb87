import { expect } from 'chai'
import { ExpectedDurations } from '../../../engine/schedule/expectedDuration.ts'
import { arm, podSpec } from './armDouble.ts'

const idle = () => Promise.resolve()
const inClass = (runtimeClassName: string) => {
  const spec = podSpec()
  return { ...spec, manifest: { ...spec.manifest, spec: { ...(spec.manifest.spec as object), runtimeClassName } } }
}

describe('the expected duration of an arm', () => {
  it('is longer for pods one after the other than for pods at once', () => {
    const expected = new ExpectedDurations()
    const atOnce = arm('A', idle, { pods: { one: podSpec(), two: podSpec() } })
    const inTurn = arm('B', idle, { pods: { one: podSpec(), two: podSpec({ after: 'one' }) } })
    expect(expected.of(inTurn)).to.be.greaterThan(expected.of(atOnce))
  })

  it('is longer for a check that asks for a long deadline', () => {
    const expected = new ExpectedDurations()
    const long = arm('A', idle, { definition: { timeoutMs: 600_000 } })
    expect(expected.of(long)).to.be.greaterThan(expected.of(arm('B', idle)))
  })

  it('is what its behaviour and its class took before', () => {
    const expected = new ExpectedDurations()
    const one = arm('A', idle, { pods: { one: inClass('kata') } })
    expect(expected.checkTook('A', 7000)).to.equal(true)
    expect(expected.podTook(inClass('kata'), 1000)).to.equal(true)
    expect(expected.podTook(inClass('other'), 9000)).to.equal(true)
    expect(expected.of(one)).to.equal(8000)
  })

  it('does not tell small changes, nor those of pods which are awaited until their work is done', () => {
    const expected = new ExpectedDurations()
    expected.checkTook('A', 7000)
    expect(expected.checkTook('A', 7100)).to.equal(false)
    expected.podTook(podSpec(), 1000)
    expect(expected.podTook(podSpec(), 1100)).to.equal(false)
    expect(expected.podTook(podSpec({ awaited: 'finished' }), 90_000)).to.equal(false)
  })
})
