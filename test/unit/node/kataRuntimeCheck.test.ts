import { expect } from 'chai'
import { parseKataRuntimeCheck } from '../../../helpers/node/kataRuntimeCheck.ts'

describe('kata-runtime check', () => {
  it('is its output and exit status', () => {
    const text = 'System is capable of running Kata Containers\nSystem can currently create Kata Containers\n'
    expect(parseKataRuntimeCheck(`${text}exit status 0\n`)).to.deep.equal({
      ran: true,
      exitCode: 0,
      output: text.trim(),
    })
    expect(
      parseKataRuntimeCheck('ERROR: System is not capable of running Kata Containers: x\nexit status 1\n'),
    ).to.include({
      ran: true,
      exitCode: 1,
    })
  })

  it('says why it was not asked', () => {
    expect(parseKataRuntimeCheck('unasked: it would load vhost_vsock\n')).to.deep.equal({
      ran: false,
      why: 'it would load vhost_vsock',
    })
  })

  it('is not believed when it is cut short', () => {
    expect(() => parseKataRuntimeCheck('System is cap')).to.throw('gave no exit status')
  })
})
