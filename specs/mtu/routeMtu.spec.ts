import { behaviour } from '../../helpers/behaviour.ts'
import { encapsulations, type Encapsulation } from '../../helpers/facts/cilium.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { deviceMtu, links } from '../../helpers/guest/links.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { resolver } from '../../helpers/guest/dns.ts'
import { ping, pingHeaders } from '../../helpers/guest/ping.ts'
import { routeMtu } from '../../helpers/guest/routeMtu.ts'
import { defaultRoute, parseRoutes } from '../../helpers/guest/routes.ts'
import { anyKata, kataNodes } from '../../helpers/oracles/applicability.ts'
import { routeMtus } from '../../helpers/oracles/ciliumMtu.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** An address that a pod reaches by its default route: the one of its DNS server. */
const beyondItsNetwork = async (pod: PodHandle): Promise<string> => (await resolver(pod)).servers[0] ?? ''

behaviour('KATA-MTU-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check(context) {
    const { pods, node, measure, expect } = context
    await expectInVm(context, pods.pod)
    const [inside, outside] = await Promise.all([links(pods.pod), node.podNetwork(pods.pod.uid)])
    const mtu = outside.links.find(({ name }) => name === 'eth0')?.mtu
    expect(mtu, "MTU of the pod's eth0 on the node").to.be.a('number')
    const guest = inside.find(({ name }) => name === 'eth0')?.mtu ?? 0
    expect(
      measure("MTU of the guest's eth0", guest, 'bytes'),
      "MTU of the guest's eth0 beside the pod's on the node",
    ).to.equal(mtu)
  },
  control: true,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'guest-mtu-fixed': "MTU of the guest's eth0 beside the pod's on the node",
  },
})

// The guide says that Kata ignores the MTU of the route; Kata copies it since 3.17.0 (Go network.go, agent netlink.rs, runtime-rs). Either is told; what
// must hold is that packets as large as the guest's route arrive.
behaviour<string>('KATA-MTU-002', {
  on: anyKata,
  pods: ({ runtimeClass, facts }) => ({
    pod: busybox(runtimeClass).unshared(),
    ...(facts.class.nodes.length > 1 ? { elsewhere: busybox(undefined).onAnotherNode() } : {}),
  }),
  async check(context) {
    const { pods, node, finding, expect } = context
    const { pod, elsewhere } = pods as Record<string, PodHandle>
    if (!pod) throw new Error('the pod of the check is not there')
    await expectInVm(context, pod)
    const { routesWithMtu } = await node.podNetwork(pod.uid)
    if (routesWithMtu === null)
      throw new FactUnknownError('the MTU of the route outside', `${node.node} has no iproute2, and busybox shows none`)
    const outer = defaultRoute(parseRoutes(routesWithMtu))?.mtu ?? null
    const device = await deviceMtu(pod)
    const inner = await routeMtu(pod, await beyondItsNetwork(pod), device)
    expect(outer, "MTU on the default route of the pod's namespace on the node").to.be.a('number')
    if (inner === outer) return finding(`PROPAGATED: the guest's default route has the MTU ${inner} of the outer one`)
    finding(
      `IGNORED: the guest's default route has ${inner === null ? 'no MTU' : `an MTU of ${inner}`}, the outer one ${outer}`,
    )
    if (!elsewhere) return finding('one node only: whether packets are lost between nodes was not looked at')
    const mtu = inner ?? device
    const count = 5
    const { received } = await ping(pod, podIPs(elsewhere)[0] ?? '', { count, bytes: mtu - pingHeaders })
    expect(received, `answers to ${count} pings as large as the route of the guest, ${mtu} bytes`).to.equal(count)
  },
  timeoutMs: 120_000,
  killedBy: {
    'route-mtu-not-propagated': 'pings as large as the route of the guest',
    'cilium-route-without-mtu': "MTU on the default route of the pod's namespace on the node",
  },
})

behaviour<'pod', Encapsulation>('KATA-MTU-003', {
  on: kataNodes,
  cases: { a: 'vxlan', b: 'geneve', c: 'wireguard' },
  pods: ({ case: protocol, facts }) => {
    const cilium = facts.cluster.cilium
    const used = encapsulations(need(cilium ?? { value: null, how: 'it was not looked for' }, "Cilium's settings"))
    if (!used.includes(protocol))
      throw new FactUnknownError(
        `the route MTU under ${protocol}`,
        `Cilium wraps packets in ${used.join(', ') || 'nothing'} (${cilium?.how})`,
      )
    return { pod: busybox(undefined).unshared() }
  },
  async check({ pods, facts, measure, expect }) {
    const device = await deviceMtu(pods.pod)
    const used = encapsulations(need(facts.cluster.cilium ?? { value: null, how: '' }, "Cilium's settings"))
    const route = await routeMtu(pods.pod, await beyondItsNetwork(pods.pod), device)
    expect(route, 'MTU on the default route of a standard pod').to.be.a('number')
    measure('MTU of the device', device, 'bytes')
    expect(
      measure('MTU on the default route', route ?? 0, 'bytes'),
      `MTU on the default route of a standard pod, under ${used.join(' and ')} at a device MTU of ${device}`,
    ).to.be.oneOf([...routeMtus(device, used)])
  },
  killedBy: { 'cilium-route-without-mtu': 'MTU on the default route of a standard pod' },
})
