import { behaviour } from '../../helpers/behaviour.ts'
import { readinessOf } from '../../helpers/pods/nodeReadiness.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import type { HostNetwork } from '../../helpers/node/hostNetwork.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/**
 * What of a node's network no pod may change. Interfaces in pairs are those of pods, which come and go, and so do the routes over them; link-local
 * addresses are the kernel's own affair.
 */
function lasting({ links, routes, rules }: HostNetwork) {
  const own = links.filter(({ paired }) => !paired)
  const names = own.map(({ name }) => name)
  return {
    links: own.map(
      ({ name, up, mtu, addresses }) =>
        `${name} ${up ? 'up' : 'down'} mtu ${mtu} ${addresses.filter((each) => !each.startsWith('fe80:')).join(' ')}`,
    ),
    routes: routes.filter(
      (route) => names.includes(/\bdev (\S+)/.exec(route)?.[1] ?? '') && !route.startsWith('fe80:'),
    ),
    rules,
  }
}

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
