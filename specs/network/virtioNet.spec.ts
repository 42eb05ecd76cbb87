import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { interfaceDriver } from '../../helpers/guest/links.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import type { Link } from '../../helpers/node/links.ts'
import { classes, notRemote, qemu } from '../../helpers/oracles/applicability.ts'
import { httpPort, httpServer } from '../../helpers/pods/httpServer.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** tap0_kata: of tcfilter a tap device, of macvtap one of that kind under the same name (network_linux.go, network_pair.rs). */
const isTap = ({ name }: Link) => /^tap\d+_kata$/.test(name)

/** Long enough not to pass for what else a pod sends in a moment. */
const page = 'over-virtio-net-'.repeat(64)

behaviour('KATA-NET-001', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({ server: httpServer(runtimeClass, page), client: busybox(undefined) }),
  async check(context) {
    const { pods, node, measure, expect } = context
    await expectInVm(context, pods.server)
    expect(await interfaceDriver(pods.server, 'eth0'), "driver of the guest's eth0").to.equal('virtio_net')

    const before = await node.podNetwork(pods.server.uid)
    const tap = before.links.find(isTap)
    expect(tap?.name, "tap device in the pod's network namespace on the node").to.be.a('string')
    const answer = await httpUntil(pods.client, podIPs(pods.server)[0] ?? '', httpPort)
    expect(answer.text, 'answer of the Kata pod').to.equal(page)
    const after = await node.podNetwork(pods.server.uid)
    // Every byte of the page crosses both devices, in one direction: a tap device receives what the guest sends, a macvtap sends it.
    const through = (name: string) => {
      const [was, is] = [before.traffic.get(name), after.traffic.get(name)]
      return Math.max((is?.received ?? 0) - (was?.received ?? 0), (is?.sent ?? 0) - (was?.sent ?? 0))
    }
    for (const name of [tap?.name ?? '', 'eth0'])
      expect(
        measure(`bytes over ${name} of the pod's namespace`, through(name), 'bytes'),
        `bytes over ${name} while a page of ${page.length} was fetched`,
      ).to.be.at.least(page.length)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'guest-nic-emulated': "driver of the guest's eth0",
    'tap-device-missing': "tap device in the pod's network namespace on the node",
    'guest-address-missing': 'answer of the Kata pod',
    'kata-pod-cuts-the-nodes-network': 'answer of the Kata pod',
  },
})

behaviour('KATA-NET-013', {
  on: classes(qemu),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check(context) {
    const { pods, node, finding, expect } = context
    await expectInVm(context, pods.pod)
    const { links } = await node.podNetwork(pods.pod.uid)
    const eth0 = links.find(({ name }) => name === 'eth0')
    expect(eth0?.paired, "eth0 of the pod's network namespace on the node being one end of a pair").to.equal(true)
    const taps = links.filter(isTap)
    expect(
      taps.map(({ name }) => name),
      'devices for QEMU beside it',
    ).to.have.lengthOf(1)
    expect(taps[0]?.mtu, "MTU of QEMU's device beside eth0's").to.equal(eth0?.mtu)
    finding(`QEMU has ${taps.map(({ name }) => name).join()} beside eth0, one end of a veth pair`)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'tap-device-missing': 'devices for QEMU beside it',
  },
})
