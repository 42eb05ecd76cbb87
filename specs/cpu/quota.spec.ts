import { behaviour } from '../../helpers/behaviour.ts'
import { burnCpu, cpusWhileRunnable } from '../../helpers/guest/burnCpu.ts'
import { cgroupLimits } from '../../helpers/guest/cgroupLimits.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { cpuLimits, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { expectBareVcpus } from './bareVcpus.ts'

interface Row {
  readonly cpu: string
  readonly millicores: number
  /** Busy processes: enough to want more than the quota. */
  readonly workers: number
}

/** The guide's rows with a fraction of a CPU: the VM gets whole vCPUs, the cgroup holds the container to the limit itself. */
const rows: Readonly<Record<string, Row>> = {
  'KATA-CPU-004': { cpu: '500m', millicores: 500, workers: 1 },
  'KATA-CPU-005': { cpu: '1500m', millicores: 1500, workers: 3 },
}

/** 50 enforcement periods of 100 ms. */
const burnSeconds = 5

/**
 * The kernel hands quota to each CPU in slices of 5 ms, so that one period can run over by a slice on each CPU and the next ones pay for it: over 50
 * periods, and with the incomplete ones at both ends, 10% of the quota are not exceeded (Documentation/scheduler/sched-bwc.rst).
 */
const slack = 1.1

for (const [id, { cpu, millicores, workers }] of Object.entries(rows)) {
  behaviour(id, {
    on: classes(onNode, notConfidential),
    pods: ({ runtimeClass, facts }) => ({
      bare: busybox(runtimeClass),
      limited: busybox(runtimeClass).limits(cpuLimits(facts.class, cpu)).requests({ cpu: '100m' }).unshared(),
    }),
    async check(context) {
      const { pods, runtimeClass, facts, measure, expect } = context
      await expectInVm(context, pods.limited)
      if (runtimeClass !== undefined) {
        await expectBareVcpus(context, pods.bare)
        const vcpus = measure('vCPUs', await nproc(pods.limited), '')
        expect(vcpus, `nproc with limits.cpu ${cpu}`).to.equal(
          sandboxVcpus(facts.class, facts.node, [millicores]).total,
        )
      }
      const { cpuQuotaUs, cpuPeriodUs } = await cgroupLimits(pods.limited)
      expect(cpuQuotaUs, `CPU quota with limits.cpu ${cpu}`).to.equal((millicores * cpuPeriodUs) / 1000)
      const stat = await burnCpu(pods.limited, { workers, seconds: burnSeconds })
      // Without a busy neighbour every period ends throttled; the claim is that the quota is enforced at all.
      expect(
        stat.throttled,
        `throttled periods of ${stat.periods} with ${workers} busy processes and limits.cpu ${cpu}`,
      ).to.be.above(0)
      const used = measure('CPUs while runnable', cpusWhileRunnable(stat, cpuPeriodUs), '')
      expect(used, `CPUs that ${workers} busy processes had with limits.cpu ${cpu}`).to.be.at.most(
        (millicores / 1000) * slack,
      )
    },
    control: true,
    timeoutMs: 90_000,
    killedBy: {
      'vcpu-hotplug-ignored': `nproc with limits.cpu ${cpu}`,
      'vcpu-one-more': `nproc with limits.cpu ${cpu}`,
      'cpu-quota-not-set': `CPU quota with limits.cpu ${cpu}`,
      'cpu-quota-rounded-up': `CPU quota with limits.cpu ${cpu}`,
      'cpu-quota-not-enforced': 'throttled periods of',
      'runc-behind-kata-handlers': 'this pod is not in a VM',
    },
  })
}
