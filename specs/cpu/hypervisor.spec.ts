import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { cpus, nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { qemuOf } from '../../helpers/guest/vmm.ts'
import { classes, hotplugSized, notConfidential, oneOf, qemu } from '../../helpers/oracles/applicability.ts'
import { cpuLimits, sandboxVcpus, vcpuCap } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-CPU-008', {
  on: classes(qemu, hotplugSized, notConfidential),
  pods: ({ runtimeClass, facts }) => ({
    limited: busybox(runtimeClass).limits(cpuLimits(facts.class, '2')).requests({ cpu: '100m' }),
  }),
  async check(context) {
    const { pods, facts, measure, expect } = context
    const expected = sandboxVcpus(facts.class, facts.node, [2000])
    const { vcpus } = await qemuOf(context, pods.limited)
    expect(measure('vCPUs at boot', vcpus.boot, ''), 'vCPUs of -smp at boot').to.equal(expected.boot)
    expect(measure('maxcpus', vcpus.max ?? 0, ''), 'maxcpus of -smp').to.equal(vcpuCap(facts.class, facts.node))
    expect(await nproc(pods.limited), 'nproc after hot-plug').to.equal(expected.total)
  },
  killedBy: {
    'vcpus-boot-with-limits': 'vCPUs of -smp at boot',
    'vcpu-hotplug-ignored': 'nproc after hot-plug',
    'vcpu-one-more': 'nproc after hot-plug',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

behaviour('KATA-CPU-009', {
  on: classes(qemu, hotplugSized, notConfidential),
  pods: ({ runtimeClass, facts }) => ({
    limited: busybox(runtimeClass).limits(cpuLimits(facts.class, '4')).requests({ cpu: '100m' }),
  }),
  async check({ pods, facts, api, runtimeClass, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.limited)
    const { processors } = await cpus(pods.limited)
    const expected = sandboxVcpus(facts.class, facts.node, [4000]).total
    expect(processors, 'processor ids of hot-plugged vCPUs').to.have.lengthOf(expected)
    expect(new Set(processors).size, 'distinct processor ids').to.equal(expected)
    expect(processors, 'processor ids of hot-plugged vCPUs').to.include(0)
    // QEMU plugs the last socket first. That the ids have a gap is an observation about QEMU, and its absence no defect.
    const contiguous = Math.max(...processors) === expected - 1
    finding(
      `processor ids are ${processors.join(', ')}: ${contiguous ? 'contiguous, unlike the guide' : 'not contiguous, as the guide says'}`,
    )
  },
  killedBy: {
    'vcpu-hotplug-ignored': 'processor ids of hot-plugged vCPUs',
    'vcpu-one-more': 'processor ids of hot-plugged vCPUs',
    'vcpus-capped-at-four': 'processor ids of hot-plugged vCPUs',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-CPU-012', {
  // A custom runtime has what its operator chose.
  on: classes(oneOf(['kata-qemu', 'kata-qemu-runtime-rs']), qemu),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check(context) {
    const { pods, facts, expect } = context
    expect(need(facts.class.defaultVcpus, 'default_vcpus'), 'default_vcpus of the effective configuration').to.equal(1)
    const { vcpus } = await qemuOf(context, pods.bare)
    expect(vcpus.boot, 'vCPUs of -smp without limits').to.equal(1)
  },
  killedBy: {
    'default-vcpus-2': 'default_vcpus of the effective configuration',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})
