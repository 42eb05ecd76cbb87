import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

behaviour('KATA-RTCLASS-010', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ first: busybox(runtimeClass), second: busybox(runtimeClass) }),
  async check({ pods, api, expect }) {
    const [first, second, node] = await Promise.all([
      bootId(pods.first),
      bootId(pods.second),
      api.bootId(pods.first.node),
    ])
    expect(pods.first.node, 'node of the first pod').to.equal(pods.second.node)
    expectOwnKernel(expect, "boot_id of the first pod beside the node's", first, node)
    expectOwnKernel(expect, "boot_id of the second pod beside the node's", second, node)
    expect(first, 'boot_id of two pods on one node').to.not.equal(second)
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the first pod beside the node's",
    'guests-cloned-from-one-template': 'boot_id of two pods on one node',
  },
  canary: true,
})

behaviour('KATA-RTCLASS-011', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).initContainer('init', 'cat /proc/sys/kernel/random/boot_id').container('second', idle),
  }),
  async check({ pods, api, expect }) {
    const [main, second, init, node] = await Promise.all([
      bootId(pods.pod, 'main'),
      bootId(pods.pod, 'second'),
      pods.pod.logs({ container: 'init' }),
      api.bootId(pods.pod.node),
    ])
    expect(second, "boot_id of the second container beside the first's").to.equal(main)
    expect(init.trim(), "boot_id that the init container printed beside the first's").to.equal(main)
    expectOwnKernel(expect, "boot_id of the pod beside the node's", main, node)
  },
  killedBy: {
    'vm-per-container': "boot_id of the second container beside the first's",
    'stdout-lost': 'boot_id that the init container printed',
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
  },
})
