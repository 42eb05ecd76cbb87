import { expect } from 'chai'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { wrongVerdicts } from './judge.ts'

type Arms = Readonly<Record<string, string>>
const record = (outcome: string, arms: Arms): RunRecord =>
  ({
    outcome,
    arms: Object.entries(arms).map(([id, verdict]) => ({ id, verdict, message: verdict === 'passed' ? '' : 'why' })),
  }) as unknown as RunRecord
const wrong = (before: Arms, after: Arms, outcomes: [before: string, after: string] = ['conformant', 'incomplete']) =>
  wrongVerdicts(record(outcomes[0], before), record(outcomes[1], after)).map(
    ({ arm, undisturbed, disturbed }) => `${arm}: ${undisturbed}, ${disturbed}`,
  )

describe('the judge of a disturbed run', () => {
  it('takes the same verdicts, and broken ones, for right', () => {
    expect(wrong({ a: 'passed', b: 'failed', c: 'skipped' }, { a: 'passed', b: 'broken', c: 'broken' })).to.deep.equal(
      [],
    )
  })

  it('finds every other statement about the product', () => {
    const before = { a: 'passed', b: 'failed', c: 'environment', d: 'skipped' }
    const after = { a: 'failed', b: 'passed', c: 'failed', d: 'passed' }
    expect(wrong(before, after)).to.deep.equal([
      'a: passed, failed',
      'b: failed, passed',
      'c: environment, failed',
      'd: skipped, passed',
    ])
  })

  it('finds what was left out in silence', () => {
    expect(wrong({ a: 'passed', b: 'passed' }, { a: 'skipped', c: 'passed' })).to.deep.equal([
      'a: passed, skipped',
      'b: passed, missing from the plan',
      'c: not in the plan, passed',
    ])
    expect(wrong({ a: 'passed' }, {}), 'a run that ended before it had a plan says nothing').to.deep.equal([])
  })

  it('lets the run as a whole lose its answer, and give no other one', () => {
    const same = { a: 'passed' }
    expect(wrong(same, same, ['not-conformant', 'incomplete'])).to.deep.equal([])
    expect(wrong(same, same, ['not-conformant', 'conformant'])).to.deep.equal(['(the run): not-conformant, conformant'])
  })
})
