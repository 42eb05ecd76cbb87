import { isIP } from 'node:net'
import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { clusterDomain, lookup, resolver } from '../../helpers/guest/dns.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import { service } from '../../helpers/objects/service.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { httpPort, httpServer } from '../../helpers/pods/httpServer.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const page = 'served-by-the-pod'

interface ServiceObject {
  readonly clusterIPs?: readonly string[]
  readonly ports?: readonly { readonly nodePort?: number }[]
}

behaviour<string>('KATA-NET-002', {
  on: anyKata,
  objects: () => ({ front: service('server', 80, httpPort, 'NodePort') }),
  pods: ({ runtimeClass, facts }) => ({
    server: httpServer(runtimeClass, page),
    kata: busybox(runtimeClass),
    standard: busybox(undefined),
    // Two nodes have a way between them, which has an MTU, a tunnel and routes of its own.
    ...(facts.class.nodes.length > 1 ? { elsewhere: busybox(runtimeClass).onAnotherNode() } : {}),
  }),
  async check(context) {
    const { pods, objects, finding, expect } = context
    const { server, kata, standard, elsewhere } = pods as Record<string, PodHandle>
    if (!server || !kata || !standard) throw new Error('a pod of the check is not there')
    await expectInVm(context, server)
    const { clusterIPs = [], ports = [] } = (objects['front']?.object['spec'] ?? {}) as ServiceObject
    const targets = [
      ...podIPs(server).map((address) => ({ what: `pod IP ${address}`, address, port: httpPort })),
      ...clusterIPs.map((address) => ({ what: `ClusterIP ${address}`, address, port: 80 })),
      { what: 'NodePort', address: hostIP(server), port: ports[0]?.nodePort ?? 0 },
    ]
    expect(podIPs(server), 'status.podIPs').to.not.be.empty
    const clients = [
      { who: 'a standard pod', client: standard },
      { who: 'a Kata pod', client: kata },
      ...(elsewhere ? [{ who: `a Kata pod on ${elsewhere.node}`, client: elsewhere }] : []),
    ]
    if (!elsewhere) finding('one node only: the way between nodes was not looked at')
    const answers = await Promise.all(
      clients.flatMap(({ who, client }) =>
        targets.map(async ({ what, address, port }) => ({
          way: `${who} asks the server by its ${what}`,
          text: (await httpUntil(client, address, port)).text,
        })),
      ),
    )
    for (const { way, text } of answers) if (text !== page) finding(`${way}: ${text}`)
    for (const { way, text } of answers) expect(text, way).to.equal(page)
  },
  control: true,
  timeoutMs: 120_000,
  killedBy: {
    'cilium-socket-lb-in-pods': 'a Kata pod asks the server by its ClusterIP',
    'kata-emulates-without-kvm': 'condition Ready can no longer come',
    'kvm-locked-by-firmware': 'condition Ready can no longer come',
    'node-without-kvm': 'condition Ready can no longer come',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'guest-address-missing': 'asks the server by its pod IP',
    'guest-route-missing': 'asks the server by its',
    'kata-pod-cuts-the-nodes-network': 'a standard pod asks the server by its pod IP',
    'services-unreachable-from-guests': 'a Kata pod asks the server by its ClusterIP',
  },
})

const hostIP = (server: PodHandle): string => (server.object['status'] as { hostIP?: string }).hostIP ?? ''

/**
 * The API server's own Service: every cluster has it, and every container its address (kubelet, environment variables of Services). Not by printenv, which
 * Debian's busybox lacks.
 */
const knownAddress = ['sh', '-c', 'echo "$KUBERNETES_SERVICE_HOST"']

async function expectDns({ expect }: Pick<CheckContext<string, unknown>, 'expect'>, client: PodHandle): Promise<void> {
  const [settings, known] = await Promise.all([resolver(client), client.read(knownAddress)])
  const told = known.stdout.trim()
  expect(told, 'KUBERNETES_SERVICE_HOST, which kubelet tells every container').to.not.equal('')
  // A provider may put a name there (AKS), which says nothing of the address.
  if (isIP(told) === 0)
    throw new FactUnknownError("the address of the API server's Service", `containers are told ${told}`)
  const name = `kubernetes.default.svc.${clusterDomain(settings)}`
  const { addresses, text } = await lookup(client, name)
  const said = addresses.length > 0 ? addresses.join(', ') : text.split('\n').at(-1)
  expect(addresses, `addresses of ${name} (${said})`).to.include(told)
}

behaviour('KATA-NET-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check(context) {
    await expectInVm(context, context.pods.pod)
    await expectDns(context, context.pods.pod)
  },
  control: true,
  killedBy: {
    'cilium-socket-lb-in-pods': 'addresses of kubernetes.default.svc.cluster.local',
    'guest-environment-lost': 'KUBERNETES_SERVICE_HOST, which kubelet tells every container',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'guest-address-missing': 'addresses of kubernetes.default.svc',
    'guest-route-missing': 'addresses of kubernetes.default.svc',
    'services-unreachable-from-guests': 'addresses of kubernetes.default.svc',
    'datagrams-from-guests-lost': 'addresses of kubernetes.default.svc',
  },
})
