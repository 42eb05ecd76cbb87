import { behaviour } from '../../helpers/behaviour.ts'
import { lookup, resolver } from '../../helpers/guest/dns.ts'
import { startedOnHostNetwork } from '../../helpers/guest/hostNetworkStart.ts'
import { leadingOut, links } from '../../helpers/guest/links.ts'
import { httpGet } from '../../helpers/guest/network.ts'
import { ping } from '../../helpers/guest/ping.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import { notLoopback, routes } from '../../helpers/guest/routes.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

const port = 38_217
const page = 'served-in-a-pod-with-host-network'

/**
 * One pod for the whole table of the guide. It listens, to be looked for at the node's address, and has the cluster's DNS server in its settings:
 * with the default policy a pod with hostNetwork has the node's.
 */
const hostNetworkPod = (runtimeClass: string | undefined) =>
  busybox(runtimeClass)
    .script(`mkdir -p /tmp/www && echo ${page} >/tmp/www/index.html && httpd -p ${port} -h /tmp/www; ${idle}`)
    .hostNetwork()
    .with({ dnsPolicy: 'ClusterFirstWithHostNet' })
    .awaits('settled')

const killedBy = {
  'runc-behind-kata-handlers': 'this pod is not in a VM',
  'host-network-pod-fails': 'why a pod with hostNetwork does not start',
}

behaviour('KATA-NET-006', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: hostNetworkPod(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    if (!(await startedOnHostNetwork(context, pods.pod))) return
    const { podIP, hostIP } = pods.pod.object['status'] as { podIP?: string; hostIP?: string }
    expect(hostIP, 'status.hostIP of a pod with hostNetwork').to.be.a('string')
    expect(podIP, 'status.podIP of a pod with hostNetwork').to.equal(hostIP)
  },
  killedBy,
})

behaviour('KATA-NET-007', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: hostNetworkPod(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    if (!(await startedOnHostNetwork(context, pods.pod))) return
    const all = await links(pods.pod)
    expect(
      all.map(({ name }) => name),
      'interfaces of a pod with hostNetwork',
    ).to.include('lo')
    expect(
      leadingOut(all).map(({ name }) => name),
      'interfaces beside the loopback of a pod with hostNetwork',
    ).to.deep.equal([])
  },
  killedBy: { ...killedBy, 'host-network-leaked': 'interfaces beside the loopback of a pod with hostNetwork' },
})

behaviour('KATA-NET-008', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: hostNetworkPod(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    if (!(await startedOnHostNetwork(context, pods.pod))) return
    const found = notLoopback(await routes(pods.pod)).map(({ destination, device }) => `${destination} by ${device}`)
    expect(found, 'routes of a pod with hostNetwork').to.deep.equal([])
  },
  killedBy: { ...killedBy, 'host-network-leaked': 'routes of a pod with hostNetwork' },
})

behaviour('KATA-NET-009', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: hostNetworkPod(runtimeClass) }),
  async check(context) {
    const { pods, finding, expect } = context
    if (!(await startedOnHostNetwork(context, pods.pod))) return
    const { servers } = await resolver(pods.pod)
    expect(servers, 'DNS servers in the settings of the pod').to.not.be.empty
    const [pings, answer] = await Promise.all([
      ping(pods.pod, servers[0] ?? '', { count: 1 }),
      lookup(pods.pod, 'kubernetes.default.svc.cluster.local'),
    ])
    expect(pings.received, 'answers of the DNS server to a ping').to.equal(0)
    expect(answer.addresses, 'addresses that a pod with hostNetwork is told').to.deep.equal([])
    expect(answer.resolved, 'the DNS server being of use').to.equal(false)
    // The guide's words; another ping or resolver has others.
    if (!/unreachable/.test(`${pings.error} ${answer.text}`))
      finding(`DNS fails with: ${answer.text.split('\n').at(-1)}`)
  },
  killedBy: {
    'guest-resolv-conf-kept': 'DNS servers in the settings of the pod',
    ...killedBy,
    'host-network-leaked': 'addresses that a pod with hostNetwork is told',
  },
})

behaviour('KATA-NET-010', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: hostNetworkPod(runtimeClass), client: busybox(undefined) }),
  async check(context) {
    const { pods, expect } = context
    if (!(await startedOnHostNetwork(context, pods.pod))) return
    const addresses = leadingOut(await links(pods.pod)).flatMap((each) => each.addresses)
    expect(addresses, 'addresses of a pod with hostNetwork').to.deep.equal([])
    const { hostIP = '' } = pods.pod.object['status'] as { hostIP?: string }
    // It does listen: what follows says something of the way, not of the server.
    const own = await httpUntil(pods.pod, '127.0.0.1', port)
    expect(own.text, 'answer of the pod to itself').to.equal(page)
    const answer = await httpGet(pods.client, hostIP, port)
    expect(answer.text, `what is answered at ${hostIP}:${port}`).to.not.include(page)
  },
  killedBy: { ...killedBy, 'host-network-leaked': 'addresses of a pod with hostNetwork' },
})
