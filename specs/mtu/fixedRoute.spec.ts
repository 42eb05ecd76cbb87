import { behaviour } from '../../helpers/behaviour.ts'
import { NotApplicableError } from '../../helpers/facts/armFacts.ts'
import { containerState } from '../../helpers/guest/containerState.ts'
import { clusterDomain, lookup, resolver } from '../../helpers/guest/dns.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { deviceMtu } from '../../helpers/guest/links.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { ping } from '../../helpers/guest/ping.ts'
import { routeMtu } from '../../helpers/guest/routeMtu.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/**
 * In the guide WireGuard takes 80 of a device's 1500 bytes (1420). Four more are taken here, of whatever the CNI has set, so that the route always changes: Cilium
 * has 1420 on it already.
 */
const taken = 84

/**
 * The guide's init container, corrected: its script quotes "$DEFAULT", which no ip takes for a route. busybox lists every route for `show default`, and a
 * route that has an MTU already (Kata >= 3.17 under Cilium) keeps it beside the new one.
 */
const fix = `DEFAULT="$(ip route show default | grep '^default' | sed 's/ mtu [0-9]*//')"; ip route replace $DEFAULT mtu $(( $(cat /sys/class/net/eth0/mtu) - ${taken} ))`

behaviour('KATA-MTU-004', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .unshared()
      .awaits('settled')
      .initContainer('fix-mtu', fix, { securityContext: { capabilities: { add: ['NET_ADMIN'] } } }),
  }),
  async check(context) {
    const { pods, expect } = context
    const addresses = podIPs(pods.pod)
    if (addresses.length > 0 && !addresses.some((ip) => ip.includes('.')))
      throw new NotApplicableError('the pod has no address of IPv4, whose default route the guide changes')
    const { phase, exitCode } = containerState(pods.pod.object, 'fix-mtu')
    expect(
      pods.pod.outcome === 'ready'
        ? 'ready'
        : `${pods.pod.outcome}, init container ${phase} with exit code ${exitCode}`,
      'what became of a pod whose init container sets the MTU',
    ).to.equal('ready')
    await expectInVm(context, pods.pod)
    const settings = await resolver(pods.pod)
    const [server = ''] = settings.servers
    const first = await ping(pods.pod, server, { count: 1 })
    expect(first.sent, `pings over that route: ${first.error}`).to.equal(1)
    const device = await deviceMtu(pods.pod)
    const route = await routeMtu(pods.pod, server, device)
    expect(route ?? device, 'MTU on the default route after the init container').to.equal(device - taken)
    const answer = await lookup(pods.pod, `kubernetes.default.svc.${clusterDomain(settings)}`)
    expect(answer.resolved ? 'resolved' : answer.text, 'a name, asked for over that route').to.equal('resolved')
  },
  control: true,
  killedBy: {
    'cloud-hypervisor-aborts-when-nested': 'what became of a pod whose init container sets the MTU',
    'cilium-socket-lb-in-pods': 'a name, asked for over that route',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'vm-per-container': 'MTU on the default route after the init container',
    'added-capabilities-dropped': 'what became of a pod whose init container sets the MTU',
    'routes-set-anew-for-each-container': 'MTU on the default route after the init container',
    'guest-route-missing': 'what became of a pod whose init container sets the MTU',
    'services-unreachable-from-guests': 'a name, asked for over that route',
    'datagrams-from-guests-lost': 'a name, asked for over that route',
    'guest-address-missing': 'pings over that route',
    'guest-resolv-conf-kept': 'pings over that route',
  },
})
