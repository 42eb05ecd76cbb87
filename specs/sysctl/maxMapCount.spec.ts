import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { kernelParameter } from '../../helpers/guest/kernelParameter.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { tuned, tunedPod } from '../../helpers/pods/tunedPod.ts'

const parameter = 'vm.max_map_count'

behaviour('KATA-SYSCTL-001', {
  on: anyKata,
  pods: ({ runtimeClass, facts }) => ({ pod: tunedPod(runtimeClass, facts) }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    expect(
      await kernelParameter(pods.pod, parameter),
      `${parameter} after a privileged init container set it`,
    ).to.equal(tuned[parameter])
  },
  killedBy: {
    'privileged-sysctls-read-only': 'init container tune terminated with code 1',
    'vm-per-container': 'vm.max_map_count after a privileged init container set it',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-SYSCTL-002', {
  on: anyKata,
  pods: ({ runtimeClass, facts }) => ({ pod: tunedPod(runtimeClass, facts), other: busybox(runtimeClass) }),
  async check(context) {
    const { pods, node, finding, expect } = context
    await expectInVm(context, pods.pod)
    const own = await kernelParameter(pods.pod, parameter)
    expect(own, `${parameter} after a privileged init container set it`).to.equal(tuned[parameter])
    const ofNode = (await node.readFile('/proc/sys/vm/max_map_count')).trim()
    expect(ofNode, `${parameter} of the node beside it`).to.not.equal(own)
    const ofOther = await kernelParameter(pods.other, parameter)
    expect(ofOther, `${parameter} of another pod of the class beside it`).to.not.equal(own)
    finding(`${parameter}: ${ofNode} on the node, ${ofOther} in a guest that nobody tuned`)
  },
  killedBy: {
    'guest-sysctls-reach-node': 'vm.max_map_count of the node beside it',
    'vm-per-container': 'vm.max_map_count after a privileged init container set it',
    'privileged-sysctls-read-only': 'init container tune terminated with code 1',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
