import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { defaultRoutes, networkInterface, podIPs } from '../../helpers/guest/network.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-ARCH-021', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, node, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.pod)
    const [guest, routes, host] = await Promise.all([
      networkInterface(pods.pod, 'eth0'),
      defaultRoutes(pods.pod),
      node.podInterfaces(pods.pod.uid),
    ])
    expect(podIPs(pods.pod), 'status.podIPs').to.not.be.empty
    expect(guest.addresses, "addresses of the guest's eth0").to.include.members([...podIPs(pods.pod)])
    expect(guest.mac, "MAC of the guest's eth0 beside the pod's interface on the host").to.equal(
      host.find(({ name }) => name === 'eth0')?.mac,
    )
    expect(routes, 'default routes of the guest').to.not.be.empty
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'guest-address-missing': "addresses of the guest's eth0",
    'guest-mac-differs': "MAC of the guest's eth0",
    'guest-route-missing': 'default routes of the guest',
  },
  control: true,
})
