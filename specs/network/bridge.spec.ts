import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// Other pods come and go on the bridge meanwhile: the pod's own veth is told by the index that its eth0 names, not by a count.
behaviour('KATA-NET-012', {
  on: anyKata,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { node, facts, runtimeClass, createPod, expect } = context
    const { bridge } = need(facts.node.cni ?? { value: null, how: 'it was not looked for' }, 'the CNI')
    const pod = await createPod(busybox(runtimeClass))
    await expectInVm(context, pod)
    const { links } = await node.podNetwork(pod.uid)
    const index = links.find(({ name }) => name === 'eth0')?.peer ?? null
    expect(index, "index of the other end of the pod's eth0").to.be.a('number')
    const veths = async () => (await node.hostNetwork()).links.filter((link) => link.index === index)
    const there = await veths()
    expect(
      there.map(({ master }) => master),
      `bridge of the interface that the node has for the pod`,
    ).to.deep.equal([bridge])
    await pod.delete()
    expect(
      (await veths()).filter(({ name }) => name === there[0]?.name).map(({ name }) => name),
      'interfaces of the pod on the node after its deletion',
    ).to.deep.equal([])
  },
  control: true,
  timeoutMs: 180_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'veth-not-on-the-bridge': 'bridge of the interface that the node has for the pod',
    'veth-left-behind': 'interfaces of the pod on the node after its deletion',
  },
})
