import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { httpUntil, isBlocked } from '../../helpers/guest/reach.ts'
import { vmm } from '../../helpers/guest/vmm.ts'
import type { HostProcess } from '../../helpers/node/nodeProbe.ts'
import { networkPolicy } from '../../helpers/objects/networkPolicy.ts'
import { service } from '../../helpers/objects/service.ts'
import { anyKata, classes, onNode } from '../../helpers/oracles/applicability.ts'
import { httpPort, httpServer } from '../../helpers/pods/httpServer.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const page = 'kata-conformance'

// Whether anything acts on NetworkPolicies is the CNI's affair: where a standard server is no better protected, the control arm says so.
behaviour('KATA-EBPF-004', {
  on: anyKata,
  objects: () => ({
    front: service('guarded', 80, httpPort),
    'deny-all': networkPolicy('guarded', () => ({ policyTypes: ['Ingress'] })),
    'allow-one': networkPolicy('guarded', ({ labelsOf }) => ({
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: labelsOf('friend') } }],
          ports: [{ protocol: 'TCP', port: httpPort }],
        },
      ],
    })),
  }),
  pods: ({ runtimeClass }) => ({
    guarded: httpServer(runtimeClass, page),
    open: httpServer(runtimeClass, page),
    friend: busybox(runtimeClass),
    stranger: busybox(undefined),
  }),
  async check(context) {
    const { pods, objects, expect } = context
    await expectInVm(context, pods.guarded)
    const [guarded = '', open = ''] = [podIPs(pods.guarded)[0], podIPs(pods.open)[0]]
    const { clusterIP = '' } = (objects['front']?.object['spec'] ?? {}) as { clusterIP?: string }
    const answers = await Promise.all([
      httpUntil(pods.stranger, open, httpPort),
      httpUntil(pods.friend, guarded, httpPort),
      httpUntil(pods.friend, clusterIP, 80),
    ])
    const [ofOpen, toFriend, byService] = answers.map(({ text }) => text)
    expect(ofOpen, 'answer of a server without a policy to a stranger').to.equal(page)
    expect(toFriend, 'answer of the guarded server to the pod that its policy allows').to.equal(page)
    expect(byService, 'the same by the Service of the guarded server').to.equal(page)
    expect(await isBlocked(pods.stranger, guarded, httpPort), 'a stranger being kept from the guarded server').to.equal(
      true,
    )
  },
  control: true,
  timeoutMs: 180_000,
  killedBy: {
    'cilium-socket-lb-in-pods': 'the same by the Service of the guarded server',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'policies-not-applied-to-kata-pods': 'a stranger being kept from the guarded server',
    'kata-pod-cuts-the-nodes-network': 'answer of a server without a policy to a stranger',
    'guest-address-missing': 'answer of a server without a policy to a stranger',
    'guest-route-missing': 'the same by the Service of the guarded server',
    'services-unreachable-from-guests': 'the same by the Service of the guarded server',
  },
})

/** A script's process has the name of its file (Linux, begin_new_exec): one that nothing else on a node is called. */
const running = (runtimeClass: string | undefined, name: string) =>
  busybox(runtimeClass).script(
    `printf '#!/bin/sh\\nwhile :; do sleep 3601; done\\n' >/tmp/${name}; chmod +x /tmp/${name}; exec /tmp/${name}`,
  )

const names = { kata: 'kc-in-the-guest', standard: 'kc-on-the-node' }

behaviour('KATA-EBPF-005', {
  on: classes(onNode),
  pods: ({ runtimeClass }) => ({
    kata: running(runtimeClass, names.kata),
    standard: running(undefined, names.standard),
  }),
  async check(context) {
    const { pods, node, finding, expect } = context
    await expectInVm(context, pods.kata)
    const { comm } = await vmm(context, pods.kata)
    const host = await node.processes()
    const called = (name: string) =>
      host.filter((each: HostProcess) => each.comm === name || each.argv.some((word) => word.includes(`/${name}`)))
    // The method sees what is there: a standard pod's process is one of the node's.
    expect(called(names.standard), "the standard pod's process on the node").to.not.be.empty
    expect(
      called(names.kata).map(({ pid, argv }) => `${pid} ${argv.join(' ').slice(0, 60)}`),
      "the Kata pod's process on the node",
    ).to.deep.equal([])
    finding(`the node sees the pod as ${comm}`)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'container-process-on-host': "the Kata pod's process on the node",
  },
})
