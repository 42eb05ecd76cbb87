import { type CheckContext, behaviour } from '../../helpers/behaviour.ts'
import { burnCpu } from '../../helpers/guest/burnCpu.ts'
import { letPass } from '../../helpers/guest/letPass.ts'
import { vmm } from '../../helpers/guest/vmm.ts'
import { busiestStretch, type ContainerStats, kubeletStats } from '../../helpers/node/kubeletStats.ts'
import { classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** Kubelets read every 10 to 15 s, and show it within as long: two readings are shown that were made meanwhile. */
const burnSeconds = 50
/** Shortest stretch between two readings, s. */
const stretchSeconds = 10

behaviour('KATA-OVERHEAD-005', {
  on: classes(onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).unshared() }),
  async check(context) {
    const { pods, node, facts, measure, finding, expect } = context
    const before = await vmm(context, pods.pod)
    finding(
      `VMM in cgroup ${(await node.cgroup(before.pid)).path}, sandbox_cgroup_only ${String(facts.class.sandboxCgroupOnly.value)}`,
    )
    const readings = await readWhileComputing(context)
    const last = readings.at(-1)
    if (last === undefined) return expect.fail("no statistics of the pod in its kubelet's /stats/summary")
    measure('working set', last.workingSetMiB, 'MiB')
    expect(last.workingSetMiB, "working set in the kubelet's statistics, MiB").to.be.above(0)
    expect(last.atMs, "time of the CPU time in the kubelet's statistics, ms").to.be.above(0)
    expect(
      measure('CPUs that the kubelet counts', busiestStretch(readings, stretchSeconds), 'CPUs'),
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

/** What the kubelet says of a pod every few seconds while one process computes in it, and once more afterwards. */
async function readWhileComputing({ api, pods: { pod } }: CheckContext<'pod', unknown>): Promise<ContainerStats[]> {
  const readings: (ContainerStats | null)[] = []
  let computing = true
  const burn = burnCpu(pod, { workers: 1, seconds: burnSeconds }).finally(() => (computing = false))
  const read = async (): Promise<void> => {
    while (computing) {
      readings.push(await kubeletStats(api, pod))
      await letPass(pod, 5)
    }
  }
  await Promise.all([burn, read()])
  readings.push(await kubeletStats(api, pod))
  return readings.filter((reading) => reading !== null)
}
