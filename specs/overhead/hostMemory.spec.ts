import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { allocate } from '../../helpers/guest/allocate.ts'
import { writeFlushed } from '../../helpers/guest/copyWork.ts'
import { letPass } from '../../helpers/guest/letPass.ts'
import { vmm, vmmRss } from '../../helpers/guest/vmm.ts'
import { isTable } from '../../helpers/node/mergeToml.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { classes, notConfidential, onNode, qemu } from '../../helpers/oracles/applicability.ts'
import { defaultMemory, memoryHotplugged, vmHolds } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// Within the pod's own limit: what is at stake is whether the node bears the VM that the limit was promised.
behaviour('KATA-OVERHEAD-003', {
  on: classes(qemu, notConfidential, defaultMemory(256), vmHolds(512)),
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).limits({ memory: '512Mi' }).requests({ memory: '512Mi' }).unshared(),
  }),
  async check(context) {
    const { pods, node, facts, measure, finding, expect } = context
    const before = await vmm(context, pods.pod)
    const cgroup = await node.cgroup(before.pid)
    finding(
      `VMM in cgroup ${cgroup.path}, memory.max ${cgroup.limitMiB === null ? 'max' : `${cgroup.limitMiB} MiB`}, sandbox_cgroup_only ${String(facts.class.sandboxCgroupOnly.value)}`,
    )
    measure('RSS of the VMM, idle', await vmmRss(context, pods.pod), 'MiB')
    expect(await allocate(pods.pod, 490), 'allocation of 490 MiB within limits.memory 512Mi').to.equal('done')
    // Files fill what is left of the limit with page cache.
    await writeFlushed(pods.pod, '/tmp/load', 100)
    await pods.pod.read(['wc', '-c', '/tmp/load'])
    const { hypervisors } = await node.sandbox(pods.pod.uid)
    expect(
      hypervisors.map(({ pid }) => pid),
      'VMM after memory and page cache were used up to the limit',
    ).to.include(before.pid)
    measure('RSS of the VMM under load', await vmmRss(context, pods.pod), 'MiB')
    expect((await node.cgroup(before.pid)).oomKills ?? 0, "OOM kills in the VMM's cgroup").to.equal(
      cgroup.oomKills ?? 0,
    )
  },
  exclusive: true,
  timeoutMs: 240_000,
  killedBy: {
    'vmm-killed-beyond-limit-and-overhead': 'allocation of 490 MiB within limits.memory 512Mi',
    'memory-hotplug-ignored': 'allocation of 490 MiB',
    'memory-never-onlined': 'allocation of 490 MiB',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

/** How long after its processes have given it back the VM's memory is looked at, s. */
const laterSeconds = 120

behaviour('KATA-OVERHEAD-004', {
  on: classes(memoryHotplugged, onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).limits({ memory: '512Mi' }).unshared() }),
  async check(context) {
    const { pods, node, facts, measure, finding, expect } = context
    const idle = measure('RSS of the VMM, idle', await vmmRss(context, pods.pod), 'MiB')
    expect(await allocate(pods.pod, 400), 'allocation of 400 MiB').to.equal('done')
    // What was touched stays resident at least for a moment: read after the process has ended, this is its peak.
    const load = measure('RSS of the VMM after 400 MiB were used', await vmmRss(context, pods.pod), 'MiB')
    expect(load - idle, 'RSS that 400 MiB of use add, MiB').to.be.at.least(350)
    await letPass(pods.pod, laterSeconds)
    const later = measure(`RSS of the VMM ${laterSeconds} s later`, await vmmRss(context, pods.pod), 'MiB')
    if (await givesBack(node, need(facts.class.handler, 'the handler of the class'))) {
      finding('reclaim_guest_freed_memory is set: the guest gives back what it has freed')
      expect(later, 'RSS of the VMM later, MiB').to.be.at.most(load)
      return
    }
    expect(later, 'RSS of the VMM later beside that after use, MiB').to.be.at.least(0.8 * load)
  },
  timeoutMs: 300_000,
  killedBy: {
    'guest-memory-given-back': 'RSS of the VMM later beside that after use',
    'guest-memory-preallocated': 'RSS that 400 MiB of use add',
    'memory-hotplug-ignored': 'allocation of 400 MiB',
    'memory-never-onlined': 'allocation of 400 MiB',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

/** reclaim_guest_freed_memory of the effective configuration; off unless it says so (Kata 3.26.0, configuration-qemu.toml.in). */
async function givesBack(node: NodeProbe, handler: string): Promise<boolean> {
  const hypervisors = (await node.effectiveToml(handler))?.values['hypervisor']
  return (
    isTable(hypervisors) &&
    Object.values(hypervisors).some((each) => isTable(each) && each['reclaim_guest_freed_memory'] === true)
  )
}
