import { behaviour } from '../../helpers/behaviour.ts'
import { readinessOf } from '../../helpers/pods/nodeReadiness.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { lasting } from './lasting.ts'

behaviour('KATA-NET-011', {
  on: anyKata,
  pods: () => ({}),
  async check(context) {
    const { node, facts, runtimeClass, api, createPod, expect } = context
    const before = lasting(await node.hostNetwork())
    expect(before.links.length, `interfaces of ${node.node}`).to.be.at.least(2)
    const pod = await createPod(busybox(runtimeClass).hostNetwork().awaits('settled'))
    if (pod.outcome === 'ready') await expectInVm(context, pod)
    // The probe answers over the network that is looked at: an answer says already that the node is still reached.
    const during = lasting(await node.hostNetwork())
    await pod.delete()
    const after = lasting(await node.hostNetwork())
    expect(during, `network of ${node.node} while a Kata pod with hostNetwork runs`).to.deep.equal(before)
    expect(after, `network of ${node.node} after it`).to.deep.equal(before)
    const object = await api.find({ apiVersion: 'v1', kind: 'Node', name: facts.node.name })
    expect(object ? readinessOf(object as never).isReady : 'gone', `${node.node} being ready`).to.equal(true)
  },
  exclusive: true,
  timeoutMs: 180_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'host-network-changes-the-node': 'while a Kata pod with hostNetwork runs',
  },
})
