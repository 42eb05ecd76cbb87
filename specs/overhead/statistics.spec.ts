import { behaviour } from '../../helpers/behaviour.ts'
import { burnCpu } from '../../helpers/guest/burnCpu.ts'
import { vmm } from '../../helpers/guest/vmm.ts'
import { cgroupOf } from '../../helpers/node/cgroupOf.ts'
import { kubeletStats } from '../../helpers/node/kubeletStats.ts'
import { classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** Kubelets read every 10 to 15 s: of 90 s at least five sixths lie between two readings. */
const burnSeconds = 90

behaviour('KATA-OVERHEAD-005', {
  on: classes(onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).unshared() }),
  async check(context) {
    const { pods, node, api, facts, measure, finding, expect } = context
    const before = await vmm(context, pods.pod)
    finding(
      `VMM in cgroup ${(await cgroupOf(node, before)).path}, sandbox_cgroup_only ${String(facts.class.sandboxCgroupOnly.value)}`,
    )
    const first = await kubeletStats(api, pods.pod)
    expect(first, 'statistics of the pod in its kubelet').to.not.equal(null)
    await burnCpu(pods.pod, { workers: 1, seconds: burnSeconds })
    const last = await kubeletStats(api, pods.pod)
    const seconds = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1000
    const used = (last?.cpuSeconds ?? 0) - (first?.cpuSeconds ?? 0)
    measure('working set', last?.workingSetMiB ?? 0, 'MiB')
    expect(last?.workingSetMiB ?? 0, "working set in the kubelet's statistics, MiB").to.be.above(0)
    expect(seconds, "time between two readings of the kubelet's, s").to.be.above(0)
    expect(
      measure('CPUs that the kubelet counts', used / seconds, 'CPUs'),
      "CPUs in the kubelet's statistics while one process computes",
    ).to.be.at.least(0.8)
    const after = await vmm(context, pods.pod)
    expect(after.pid, 'VMM after its cgroup was read').to.equal(before.pid)
  },
  timeoutMs: (burnSeconds + 60) * 1000,
  killedBy: {
    'guest-clock-slow': "CPUs in the kubelet's statistics",
    'dragonball-clock-slow': "CPUs in the kubelet's statistics",
    'pod-statistics-stay-zero': "working set in the kubelet's statistics",
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})
