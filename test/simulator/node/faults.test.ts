import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { healthy } from '../../../sim/faults/departures.ts'
import { departuresOf, faultNames } from '../../../sim/faults/faultDepartures.ts'

const listed = load(readFileSync(new URL('../../../sim/faults/faults.yaml', import.meta.url), 'utf8')) as {
  name: string
}[]

describe('faults', () => {
  it('knows exactly those of faults.yaml', () => {
    expect([...faultNames].sort()).to.deep.equal(listed.map(({ name }) => name).sort())
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
