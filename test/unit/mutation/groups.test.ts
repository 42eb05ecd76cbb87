import { expect } from 'chai'
import { listedFaults } from '../../../sim/faults/listedFaults.ts'
import { entangled } from '../../mutation/entangled.ts'
import { type Candidate, groupsOf } from '../../mutation/groups.ts'

const fault = (name: string, about: Partial<Candidate> = {}): Candidate => ({
  name,
  place: 'small',
  changes: [name],
  checks: [`check of ${name}`],
  ...about,
})
const names = (groups: readonly (readonly Candidate[])[]): string[][] =>
  groups.map((group) => group.map(({ name }) => name).sort()).sort()

describe('groups of faults', () => {
  it('hold as many as are wanted', () => {
    const faults = Array.from({ length: 25 }, (_, at) => fault(String(at)))
    const groups = groupsOf(faults, 10, 1)
    expect(groups.map((group) => group.length)).to.deep.equal([10, 10, 5])
    expect(
      groups
        .flat()
        .map(({ name }) => Number(name))
        .sort((a, b) => a - b),
    ).to.deep.equal(faults.map((_, at) => at))
  })

  it('keep apart what shares a place, a knob or a check', () => {
    expect(names(groupsOf([fault('a'), fault('b', { place: 'cilium' })], 10, 1))).to.deep.equal([['a'], ['b']])
    expect(names(groupsOf([fault('a'), fault('b', { changes: ['x', 'a'] })], 10, 1))).to.deep.equal([['a'], ['b']])
    expect(names(groupsOf([fault('a'), fault('b', { checks: ['check of a'] })], 10, 1))).to.deep.equal([['a'], ['b']])
    expect(names(groupsOf([fault('a'), fault('b', { checks: [] })], 10, 1))).to.deep.equal([['a', 'b']])
  })

  it('keep apart what hides each other', () => {
    for (const [one = '', other = ''] of entangled)
      expect(names(groupsOf([fault(one), fault(other)], 10, 1))).to.deep.equal([[one], [other]].sort())
    const known = listedFaults().map(({ name }) => name)
    expect(known).to.include.members(entangled.flat())
  })

  it('leave most checks unnamed', () => {
    const many = Array.from({ length: 40 }, (_, at) => `check ${at}`)
    expect(names(groupsOf([fault('a', { checks: many }), fault('b')], 10, 1))).to.deep.equal([['a'], ['b']])
  })

  it('are the same for the same seed, and others for another', () => {
    const faults = Array.from({ length: 30 }, (_, at) => fault(String(at)))
    expect(groupsOf(faults, 5, 7)).to.deep.equal(groupsOf(faults, 5, 7))
    expect(groupsOf(faults, 5, 7)).not.to.deep.equal(groupsOf(faults, 5, 8))
  })
})
