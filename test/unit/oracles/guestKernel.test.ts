import { expect } from 'chai'
import { guestKernel } from '../../../helpers/oracles/guestKernel.ts'

describe('guest kernel that a Kata release ships', () => {
  it('depends on the release', () => {
    expect(guestKernel('3.25.0', 'qemu')).to.equal('6.18.5')
    expect(guestKernel('3.28.0', 'cloud-hypervisor')).to.equal('6.18.15')
    expect(guestKernel('4.0.0', 'qemu')).to.equal('6.18.35')
  })

  it('is another for Dragonball until 3.29', () => {
    expect(guestKernel('3.26.0', 'dragonball')).to.equal('6.12.47')
    expect(guestKernel('3.29.0', 'dragonball')).to.equal('6.18.15')
  })

  it('is not known for releases beyond the table', () => {
    expect(guestKernel('5.0.0', 'qemu')).to.equal(null)
    expect(guestKernel('unreadable', 'qemu')).to.equal(null)
  })
})
