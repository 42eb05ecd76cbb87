import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { shellOver } from '../../helpers/guest/shellOver.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const port = 2222

// Upstream logs in by ssh; what it shows of Kata is that a session with a program of the guest goes both ways over a connection from outside.
behaviour('KATA-UPSTREAM-025', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    server: busybox(runtimeClass).script(`while :; do nc -l -p ${port} -e sh; done`),
    client: busybox(undefined),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.server)
    const said = await shellOver(pods.client, podIPs(pods.server)[0] ?? '', port, 'cat /proc/sys/kernel/random/boot_id')
    expect(said, "boot_id that a shell of the pod's says over TCP").to.equal(await bootId(pods.server))
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'guest-address-missing': "boot_id that a shell of the pod's says over TCP",
    'kata-pod-cuts-the-nodes-network': "boot_id that a shell of the pod's says over TCP",
  },
})
