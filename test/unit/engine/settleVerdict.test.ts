import { expect } from 'chai'
import type { ArmResult } from '../../../reports/record/arm.ts'
import type { Verdict } from '../../../reports/record/verdict.ts'
import { settleVerdict } from '../../../engine/run/settleVerdict.ts'
import { arm } from './armDouble.ts'

const result = (verdict: Verdict, message = ''): ArmResult =>
  ({ verdict, message, findings: [] }) as unknown as ArmResult
const deviation = { behaviour: 'A', reason: 'agent drops it', reference: 'kata#1', owner: 'me', expires: '2027-01-01' }
const check = arm('A', () => Promise.resolve())
const settle = (
  own: ArmResult,
  control: ArmResult | null = null,
  deviations = [deviation].slice(1),
  today = '2026-06-01',
) => settleVerdict(check, own, control, deviations, today)

describe('a settled verdict', () => {
  it('is environment when the default runtime fails the same check', () => {
    const settled = settle(result('failed', 'no log'), result('failed', 'no log either'))
    expect(settled.verdict).to.equal('environment')
    expect(settled.message).to.equal('no log\nThe default runtime on node n1 fails the same check: no log either')
  })
  it('is broken when it could not be tried under the default runtime: whose fault it is nobody knows', () => {
    const settled = settle(result('failed', 'no log'), result('broken', 'node lost'), [deviation])
    expect(settled.verdict).to.equal('broken')
    expect(settled.message).to.equal('no log\nWhether the default runtime fails the same check is not known: node lost')
  })
  for (const control of ['passed', 'skipped'] as const) {
    it(`stays failed when the control ${control}`, () =>
      expect(settle(result('failed'), result(control)).verdict).to.equal('failed'))
  }
  it('is excused by nothing where containerd runs the class with something else, which it names', () => {
    const classFacts = { runtimeType: { value: 'io.containerd.runc.v2', how: '' } } as never
    const impostor = arm('A', () => Promise.resolve(), { classFacts })
    const settled = settleVerdict(impostor, result('failed', 'x'), result('failed'), [deviation], '2026-06-01')
    expect(settled.verdict).to.equal('failed')
    expect(settled.message).to.equal(
      'x\nRuntimeClass kata: containerd runs its handler with io.containerd.runc.v2, which is not Kata.',
    )
  })
  it('is broken for a canary that failed without a false assertion', () => {
    const { planned, ...rest } = check
    const canary = { ...rest, planned: { ...planned, role: 'canary' as const } }
    const verdictWith = (assertions: object[]): Verdict =>
      settleVerdict(canary, { ...result('failed', 'x'), assertions } as ArmResult, null, [], '2026-06-01').verdict
    expect(verdictWith([])).to.equal('broken')
    expect(verdictWith([{ ok: true }])).to.equal('broken')
    expect(verdictWith([{ ok: true }, { ok: false }])).to.equal('failed')
  })
  it('stays broken, skipped and passed whatever the control says', () => {
    for (const verdict of ['broken', 'skipped', 'passed'] as const)
      expect(settle(result(verdict), result('failed')).verdict).to.equal(verdict)
  })
  it('is known when an entry says so, with its reference and owner', () => {
    const settled = settle(result('failed', 'x'), null, [deviation])
    expect(settled.verdict).to.equal('known')
    expect(settled.message).to.contain('Known: agent drops it, kata#1 (owner me, until 2027-01-01)')
  })
  it('is failed again once the entry has expired', () => {
    const settled = settle(result('failed', 'x'), null, [deviation], '2027-01-02')
    expect(settled.verdict).to.equal('failed')
    expect(settled.message).to.contain('expired on 2027-01-01')
  })
  it('tells an unexpected pass', () => {
    expect(settle(result('passed'), null, [deviation]).findings[0]).to.match(/^unexpected pass/)
  })
  it('excuses only the class and case that the entry names', () => {
    expect(settle(result('failed'), null, [{ ...deviation, runtimeClass: 'other' } as never]).verdict).to.equal(
      'failed',
    )
  })
})
