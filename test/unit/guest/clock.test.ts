import { expect } from 'chai'
import { parseClockOffset } from '../../../helpers/guest/clock.ts'
import { parseHardwareAddresses } from '../../../helpers/guest/network.ts'

describe('what tells a guest from its node', () => {
  it('reads the wall clock against the time since boot', () => {
    expect(parseClockOffset('31.60 28.10\n1795258493\n')).to.be.closeTo(1795258461.4, 0.001)
  })

  it('takes nothing else for a clock', () => {
    expect(() => parseClockOffset('31.60 28.10\ndate: invalid\n')).to.throw('not /proc/uptime and a number of seconds')
  })

  it("reads MAC addresses, the loopback's left out (recorded on kata-qemu 3.26.0)", () => {
    const text = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast qlen 1000
    link/ether 26:c7:e1:71:e7:96 brd ff:ff:ff:ff:ff:ff
`
    expect(parseHardwareAddresses(text)).to.deep.equal(['26:c7:e1:71:e7:96'])
  })
})
