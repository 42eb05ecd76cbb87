import { behaviour } from '../../helpers/behaviour.ts'
import { cgroupLimits } from '../../helpers/guest/cgroupLimits.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-MEM-012', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    bare: busybox(runtimeClass),
    limited: busybox(runtimeClass).limits({ memory: '256Mi' }),
  }),
  async check({ pods, api, runtimeClass, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.limited)
    const [bare, limited] = await Promise.all([cgroupLimits(pods.bare), cgroupLimits(pods.limited)])
    if (limited.version === 1) finding('the limit is in memory.limit_in_bytes: the container has cgroup v1')
    expect(limited.memoryBytes, 'memory limit of the container cgroup with limits.memory 256Mi').to.equal(268_435_456)
    expect(bare.memoryBytes, 'memory limit of the container cgroup without a limit').to.equal(null)
  },
  control: true,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'memory-limit-not-in-guest-cgroup': 'memory limit of the container cgroup with limits.memory 256Mi',
    'memory-max-lowered': 'memory limit of the container cgroup with limits.memory 256Mi',
  },
})
