import { expect } from 'chai'
import { healthy } from '../../../sim/faults/departures.ts'
import { departuresOf, faultNames } from '../../../sim/faults/faultDepartures.ts'
import { listedFaults } from '../../../sim/faults/listedFaults.ts'

describe('faults', () => {
  it('knows exactly those that are listed', () => {
    expect([...faultNames].sort()).to.deep.equal(
      listedFaults()
        .map(({ name }) => name)
        .sort(),
    )
  })

  for (const name of faultNames) {
    it(`${name} turns at least one knob and leaves the others`, () => {
      const departures = departuresOf([name])
      const turned = Object.keys(healthy).filter(
        (knob) => departures[knob as keyof typeof healthy] !== healthy[knob as keyof typeof healthy],
      )
      expect(turned).to.have.length.within(1, 2)
    })
  }

  it('adds up several', () => {
    const departures = departuresOf(['guest-cgroup-v1', 'vcpus-capped-at-four'])
    expect(departures).to.include({ guestCgroup: 1, vcpusMax: 4 })
  })

  it('names the nearest fault when there is none of a name', () => {
    expect(() => departuresOf(['guest-cgroup-v2'])).to.throw(
      'there is no fault "guest-cgroup-v2"; the nearest is "guest-cgroup-v1"',
    )
  })
})
