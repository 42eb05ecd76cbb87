import { expect } from 'chai'
import { parseIpCounters, routeMtu } from '../../../helpers/guest/routeMtu.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

/** /proc/net/snmp of Linux 6.18, after a ping of 1,421 bytes over a route with an MTU of 1,420. */
const snmp = `Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits
Ip: 2 64 0 0 0 0 0 0 0 2 0 0 0 0 0 0 1 0 2 3
Icmp: InMsgs InErrors
Icmp: 0 0
`

/** A pod whose packets are cut at an MTU; 0: none leaves it. */
function podWith(mtu: number): { pod: PodHandle; sizes: number[] } {
  let [sent, pieces] = [0, 0]
  const sizes: number[] = []
  const counters = () => `Ip: OutRequests FragCreates\nIp: ${sent} ${pieces}\n`
  const read = (argv: readonly string[]) => {
    const size = Number(argv[4]) + 28
    sizes.push(size)
    const before = counters()
    if (mtu > 0) {
      sent += 1
      pieces += size > mtu ? 2 : 0
    }
    return Promise.resolve({ stdout: `${before}==\n${counters()}`, stderr: 'ping: permission denied', exitCode: 1 })
  }
  return { pod: { name: 'p', read } as unknown as PodHandle, sizes }
}

describe('the MTU of a route, by what the kernel cuts', () => {
  it('reads the counters of IP', () => {
    expect(parseIpCounters(snmp)).to.deep.equal({ outRequests: 2, fragCreates: 2 })
    expect(() => parseIpCounters('')).to.throw('/proc/net/snmp has no OutRequests')
  })

  for (const mtu of [1420, 1450, 1499, 68])
    it(`finds ${mtu}`, async () => {
      expect(await routeMtu(podWith(mtu).pod, '10.96.0.1', 1500)).to.equal(mtu)
    })

  it('sends the largest packet first, and no other where it leaves whole', async () => {
    const { pod, sizes } = podWith(1500)
    expect(await routeMtu(pod, '10.96.0.1', 1500)).to.equal(null)
    expect(sizes).to.deep.equal([1500])
  })

  it('says so when nothing is sent: a packet that does not leave is not a whole one', async () => {
    const error = await routeMtu(podWith(0).pod, '10.96.0.1', 1500).catch((caught: Error) => caught.message)
    expect(error).to.equal('pod p cannot send packets of 1500 bytes to 10.96.0.1: ping: permission denied')
  })

  it('does not look at IPv6', async () => {
    const error = await routeMtu(podWith(1500).pod, 'fd00::1', 1500).catch((caught: Error) => caught.message)
    expect(error).to.equal("the MTU of a route is unknown: only those of IPv4 are looked for, not fd00::1's")
  })
})
