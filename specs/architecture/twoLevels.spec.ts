import { behaviour } from '../../helpers/behaviour.ts'
import { burnCpu, cpusWhileRunnable } from '../../helpers/guest/burnCpu.ts'
import { cgroupLimits } from '../../helpers/guest/cgroupLimits.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { containerStatus } from '../../helpers/guest/termination.ts'
import { anyKata, sizedByHotplug } from '../../helpers/oracles/applicability.ts'
import { cpuLimits, sandboxMemory, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const limitMiB = 256
const millicores = 500

behaviour('KATA-ARCH-011', {
  on: sizedByHotplug,
  pods: ({ runtimeClass }) => ({
    bare: busybox(runtimeClass),
    limited: busybox(runtimeClass)
      .limits({ memory: `${limitMiB}Mi`, cpu: `${millicores}m` })
      .requests({ cpu: '50m', memory: '32Mi' }),
  }),
  async check({ pods, facts, measure, expect }) {
    // Level 1, the virtual machine: defaults plus limits. Plugged memory is visible to the page (256 of 256 MiB recorded); memory that is there at
    // boot loses one page structure of 64 bytes for each 4 KiB.
    const [bare, limited] = await Promise.all([memTotal(pods.bare), memTotal(pods.limited)])
    const [small, large] = [sandboxMemory(facts.class, []), sandboxMemory(facts.class, [limitMiB])]
    const growth = large.bootMiB + large.hotplugMiB - (small.bootMiB + small.hotplugMiB)
    expect(measure('MemTotal delta', limited - bare, 'MiB'), `MiB that limits.memory ${limitMiB}Mi adds`).to.be.closeTo(
      growth,
      4 + (large.bootMiB - small.bootMiB) / 64,
    )
    const vcpus = sandboxVcpus(facts.class, facts.node, [millicores]).total
    expect(measure('nproc', await nproc(pods.limited), 'vCPUs'), `nproc with limits.cpu ${millicores}m`).to.equal(vcpus)

    // Level 2, the cgroup in the guest: the limits themselves.
    const { memoryBytes, cpuQuotaUs, cpuPeriodUs } = await cgroupLimits(pods.limited)
    expect(memoryBytes, `memory limit of the container's cgroup with limits.memory ${limitMiB}Mi`).to.equal(
      limitMiB * 1024 ** 2,
    )
    expect(cpuQuotaUs, `CPU quota of the container's cgroup with limits.cpu ${millicores}m`).to.equal(
      (millicores * cpuPeriodUs) / 1000,
    )
  },
  killedBy: {
    'runc-behind-kata-handlers': 'MiB that limits.memory',
    'guest-sees-node-memory': 'MiB that limits.memory',
    'memory-hotplug-ignored': 'MiB that limits.memory',
    'memory-never-onlined': 'MiB that limits.memory',
    'memory-hotplug-one-block-more': 'MiB that limits.memory',
    // RAM present at boot loses the kernel's reserve (1/64).
    'memory-boots-with-limits': 'MiB that limits.memory',
    'qemu-without-memory-slots': 'MiB that limits.memory',
    'vcpu-hotplug-ignored': 'nproc with limits.cpu',
    'vcpu-one-more': 'nproc with limits.cpu',
    'memory-limit-not-in-guest-cgroup': "memory limit of the container's cgroup",
    'memory-max-lowered': "memory limit of the container's cgroup",
    'cpu-quota-not-set': "CPU quota of the container's cgroup",
    'cpu-quota-rounded-up': "CPU quota of the container's cgroup",
  },
})

const burnSeconds = 5

behaviour('KATA-ARCH-013', {
  on: anyKata,
  pods: ({ runtimeClass, facts }) => ({
    pod: busybox(runtimeClass)
      .limits(cpuLimits(facts.class, `${millicores}m`))
      .requests({ cpu: '50m' })
      .unshared(),
  }),
  async check({ pods: { pod }, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    const { cpuPeriodUs } = await cgroupLimits(pod)
    const stat = await burnCpu(pod, { workers: 1, seconds: burnSeconds })
    measure('throttled periods', stat.throttled, 'periods')
    expect(stat.throttled, `throttled periods of ${stat.periods} with one busy process`).to.be.above(0)
    // The kernel hands out quota in slices: a tenth more than the limit is within what a few seconds can show (sched-bwc.rst).
    const used = measure('CPUs while runnable', cpusWhileRunnable(stat, cpuPeriodUs), 'CPUs')
    expect(used, `CPUs that a busy process had with limits.cpu ${millicores}m`).to.be.at.most((millicores / 1000) * 1.1)
    const now = await pod.waitFor('any state', () => true, 10_000)
    expect(containerStatus(now).restartCount, 'restarts of the throttled container').to.equal(0)
    expect(containerStatus(now).state, 'state of the throttled container').to.have.property('running')
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'cpu-quota-not-set': 'throttled periods of',
    'cpu-quota-not-enforced': 'throttled periods of',
    'cpu-quota-rounded-up': 'busy process',
  },
  control: true,
  timeoutMs: 90_000,
})
