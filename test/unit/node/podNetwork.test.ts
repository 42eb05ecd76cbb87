import { expect } from 'chai'
import { parseHostNetwork } from '../../../helpers/node/hostNetwork.ts'
import { parsePodNetwork } from '../../../helpers/node/podNetwork.ts'

/** As busybox in the probe showed them: recorded of Kata 3.26.0 on a bridge, routes and counters put beside. */
const pod = `== ip addr show
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0@if19: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue qlen 1000
    link/ether 5e:ef:a5:09:99:37 brd ff:ff:ff:ff:ff:ff
    inet 10.244.0.10/24 brd 10.244.0.255 scope global eth0
       valid_lft forever preferred_lft forever
3: tap0_kata: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq qlen 1000
    link/ether 36:b7:24:ad:2f:76 brd ff:ff:ff:ff:ff:ff
== ip route
default via 10.244.0.1 dev eth0
10.244.0.0/24 dev eth0 scope link  src 10.244.0.10
== ip -6 route
fe80::/64 dev eth0  metric 256
== cat /proc/self/net/dev
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0:    2072      26    0    0    0     0          0         0     1242      15    0    0    0     0       0          0
tap0_kata:  1242      15    0    0    0     0          0         0     2072      26    0    0    0     0       0          0
== chroot /host ip -V
ip utility, iproute2-6.1.0, libbpf 1.1.2
== chroot /host ip route
default via 10.244.0.1 dev eth0 mtu 1450
10.244.0.0/24 dev eth0 proto kernel scope link src 10.244.0.10
`

const host = `== ip addr show
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel qlen 1000
    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff
    inet 10.0.2.15/24 scope global eth0
       valid_lft forever preferred_lft forever
31: vethe006f7a6@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master cni0
    link/ether 1e:2e:4b:28:a5:bd brd ff:ff:ff:ff:ff:ff
== ip route
default via 10.0.2.2 dev eth0
== ip -6 route
default via fe80::2 dev eth0  metric 1024  expires 1795sec
== ip rule
0:	from all lookup local
`

describe('networks on the node', () => {
  it("reads a pod's namespace: both devices, routes, bytes of either way", () => {
    const { links, routes, routesWithMtu, traffic } = parsePodNetwork(pod)
    expect(links.map(({ name, index, peer, paired }) => ({ name, index, peer, paired }))).to.deep.equal([
      { name: 'lo', index: 1, peer: null, paired: false },
      { name: 'eth0', index: 2, peer: 19, paired: true },
      { name: 'tap0_kata', index: 3, peer: null, paired: false },
    ])
    expect(routes).to.deep.equal([
      'default via 10.244.0.1 dev eth0',
      '10.244.0.0/24 dev eth0 scope link src 10.244.0.10',
      'fe80::/64 dev eth0 metric 256',
    ])
    expect(routesWithMtu).to.deep.equal([
      'default via 10.244.0.1 dev eth0 mtu 1450',
      '10.244.0.0/24 dev eth0 proto kernel scope link src 10.244.0.10',
    ])
    expect(traffic.get('tap0_kata')).to.deep.equal({ received: 1242, sent: 2072 })
  })

  it('knows no MTU of a route without iproute2 on the node', () => {
    const without = pod.replace('ip utility, iproute2-6.1.0, libbpf 1.1.2\n', '')
    expect(parsePodNetwork(without).routesWithMtu).to.equal(null)
  })

  it("reads the node's own: a veth with its bridge, shown with whatever has the index of its other end", () => {
    const { links, routes, rules } = parseHostNetwork(host)
    expect(links[1]).to.include({ name: 'vethe006f7a6', index: 31, master: 'cni0', peer: null, paired: true })
    expect(links[0]?.addresses).to.deep.equal(['10.0.2.15/24'])
    // Without what counts down.
    expect(routes).to.deep.equal(['default via 10.0.2.2 dev eth0', 'default via fe80::2 dev eth0 metric 1024'])
    expect(rules).to.deep.equal(['0: from all lookup local'])
  })
})
