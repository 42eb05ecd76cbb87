import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { forcesSocketLb, isThere, replacesKubeProxy } from '../../helpers/facts/cilium.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import { clusterDomain, lookup, resolver } from '../../helpers/guest/dns.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import { service } from '../../helpers/objects/service.ts'
import { classes, cluster } from '../../helpers/oracles/applicability.ts'
import { httpPort, httpServer } from '../../helpers/pods/httpServer.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const unknownSettings = { value: null, how: 'it was not looked for' }

/** Cilium serves Services itself. Where it does not run at all, the claim's need says so. */
const inPlaceOfKubeProxy = ({ cilium = unknownSettings }: ClusterFacts) =>
  cilium.value === null || !isThere(cilium.value) || replacesKubeProxy(cilium.value)
    ? (true as const)
    : { no: `Cilium is not in the place of kube-proxy (${cilium.how})` }

behaviour('KATA-CILIUM-001', {
  on: cluster(inPlaceOfKubeProxy),
  pods: () => ({}),
  // A guest's connect() is no call of the node's kernel: translated at sockets alone, a Service's address leads a Kata pod nowhere.
  check({ facts, finding, expect }) {
    const settings = need(facts.cluster.cilium ?? unknownSettings, "Cilium's settings")
    const hostOnly = settings['bpf-lb-sock-hostns-only']
    // In the whole place of kube-proxy the agent switches it on, whatever bpf-lb-sock says, which is false by the chart (initKubeProxyReplacementOptions).
    const isOff = settings['bpf-lb-sock'] === 'false' && !forcesSocketLb(settings)
    if (isOff) finding('the socket load balancer is off altogether (bpf-lb-sock)')
    const limited = isOff || hostOnly === 'true'
    expect(
      limited ? 'limited' : `bpf-lb-sock-hostns-only is ${hostOnly ?? 'not set'}`,
      'the socket load balancer of Cilium with kube-proxy-replacement',
    ).to.equal('limited')
    return Promise.resolve()
  },
  killedBy: { 'cilium-socket-lb-in-pods': 'the socket load balancer of Cilium' },
})

const page = 'kata-conformance'

behaviour('KATA-CILIUM-002', {
  on: classes((_, facts) => inPlaceOfKubeProxy(facts)),
  objects: () => ({ front: service('server', 80, httpPort, 'NodePort') }),
  pods: ({ runtimeClass }) => ({
    server: httpServer(runtimeClass, page),
    client: busybox(runtimeClass),
  }),
  async check(context) {
    const { pods, objects, expect } = context
    const { server, client } = pods
    await expectInVm(context, client)
    const { clusterIP = '', ports = [] } = (objects['front']?.object['spec'] ?? {}) as {
      clusterIP?: string
      ports?: { nodePort?: number }[]
    }
    const { hostIP = '' } = server.object['status'] as { hostIP?: string }
    const direct = await httpUntil(client, podIPs(server)[0] ?? '', httpPort)
    expect(direct.text, 'answer at the pod IP').to.equal(page)
    const over = await httpUntil(client, clusterIP, 80)
    expect(over.text, 'answer at the ClusterIP, over TCP').to.equal(page)
    const name = `kubernetes.default.svc.${clusterDomain(await resolver(client))}`
    const dns = await lookup(client, name)
    expect(dns.resolved ? 'resolved' : dns.text, 'answer at the ClusterIP of the DNS, over UDP').to.equal('resolved')
    const node = await httpUntil(client, hostIP, ports[0]?.nodePort ?? 0)
    expect(node.text, 'answer at the NodePort').to.equal(page)
    const itself = await httpUntil(server, clusterIP, 80)
    expect(itself.text, 'answer of the server to itself, by its Service').to.equal(page)
  },
  control: true,
  timeoutMs: 120_000,
  killedBy: {
    'cilium-socket-lb-in-pods': 'answer at the ClusterIP, over TCP',
  },
})
