import { expect } from 'chai'
import { clusterDomain, parseAddresses, parseResolver } from '../../../helpers/guest/dns.ts'
import { leadingOut } from '../../../helpers/guest/links.ts'
import { parsePing } from '../../../helpers/guest/ping.ts'
import { defaultRoute, parseRoutes } from '../../../helpers/guest/routes.ts'
import { parseThroughput } from '../../../helpers/guest/throughput.ts'
import { parseLinks } from '../../../helpers/node/links.ts'

describe('what a guest reaches', () => {
  it('reads the settings of the resolver', () => {
    const settings = parseResolver(
      'search ns.svc.example.org svc.example.org example.org\nnameserver 10.96.0.10\noptions ndots:5\n',
    )
    expect(settings.servers).to.deep.equal(['10.96.0.10'])
    expect(clusterDomain(settings)).to.equal('example.org')
    expect(clusterDomain(parseResolver('nameserver 1.1.1.1\n'))).to.equal('cluster.local')
  })

  it("takes the answer's addresses, not the server's", () => {
    const answer =
      'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n'
    expect(parseAddresses(answer)).to.deep.equal(['10.96.0.1'])
    expect(
      parseAddresses("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find a.b: NXDOMAIN\n"),
    ).to.deep.equal([])
  })

  it('reads the summary of ping, with and without answers', () => {
    expect(
      parsePing(
        '--- 10.0.0.1 ping statistics ---\n4 packets transmitted, 3 packets received, 25% packet loss\nround-trip min/avg/max = 0.100/0.310/0.500 ms\n',
      ),
    ).to.deep.equal({ sent: 4, received: 3, averageMs: 0.31 })
    expect(
      parsePing(
        '5 packets transmitted, 5 received, 0% packet loss, time 4093ms\nrtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms\n',
      ),
    ).to.deep.equal({ sent: 5, received: 5, averageMs: 0.2 })
    expect(parsePing('ping: sendto: Network is unreachable\n')).to.deep.equal({ sent: 0, received: 0, averageMs: null })
  })

  it('reads routes with an MTU of their own', () => {
    const routes = parseRoutes([
      'default via 10.0.1.5 dev eth0 mtu 1450 ',
      '10.0.1.5 dev eth0 scope link ',
      'default via fd00::1 dev eth0 metric 1024 mtu lock 1400',
    ])
    expect(defaultRoute(routes)).to.deep.equal({
      destination: 'default',
      gateway: '10.0.1.5',
      device: 'eth0',
      mtu: 1450,
    })
    expect(routes[2]?.mtu).to.equal(1400)
  })

  it('leaves out what every namespace of a kernel with tunnels has', () => {
    const links = parseLinks(
      '1: lo: <LOOPBACK,UP> mtu 65536 \n2: sit0@NONE: <NOARP> mtu 1480 \n3: tunl0@NONE: <NOARP,UP> mtu 1480 \n4: eth0: <UP> mtu 1500 \n',
    )
    expect(leadingOut(links).map(({ name }) => name)).to.deep.equal(['tunl0', 'eth0'])
  })

  it("takes iperf3's figure as the receiver had it, and its error", () => {
    expect(parseThroughput('{"end":{"sum_received":{"bits_per_second":4.8e9}}}', 'x')).to.equal(4.8)
    expect(() => parseThroughput('{"error":"unable to connect to server"}', 'pod a')).to.throw(
      'pod a: unable to connect to server',
    )
    expect(() => parseThroughput('oops', 'pod a')).to.throw('no JSON')
  })
})
