import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { allocate, largestAllocation } from '../../helpers/guest/allocate.ts'
import { mebibytes, meminfo } from '../../helpers/guest/meminfo.ts'
import { vmm, vmmRss } from '../../helpers/guest/vmm.ts'
import { classes, notConfidential, onNode, qemu } from '../../helpers/oracles/applicability.ts'
import { defaultMemory, measuredRelease, memoryHotplugged } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const guidesEnvironment = classes(qemu, memoryHotplugged, defaultMemory(256), measuredRelease)

behaviour('KATA-OOM-004', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({
    bare: busybox(runtimeClass),
    limited: busybox(runtimeClass).limits({ memory: '256Mi' }),
  }),
  async check({ pods, measure, finding, expect }) {
    const available = async (pod: typeof pods.bare): Promise<number> => mebibytes(await meminfo(pod), 'MemAvailable')
    const bare = measure('overhead without limit', 256 - (await available(pods.bare)), 'MiB')
    const limited = measure('overhead with limits.memory 256Mi', 512 - (await available(pods.limited)), 'MiB')
    finding(`kernel and agent take ${bare.toFixed(0)} MiB; the guide says 168, and 94 + 36 in its own breakdown`)
    // 256 - 126 in the guide, 132 and 138 recorded.
    expect(bare, 'overhead of kernel and agent without limit, MiB').to.be.closeTo(130, 20)
    expect(limited, 'overhead of kernel and agent with limits.memory 256Mi, MiB').to.be.closeTo(130, 20)
  },
  killedBy: {
    'guest-kernel-reserve-grown': 'overhead of kernel and agent without limit',
    'guest-agent-leaks': 'overhead of kernel and agent without limit',
    'guest-slab-grown': 'overhead of kernel and agent without limit',
    'memory-drop-in-ignored': 'overhead of kernel and agent without limit',
    'guest-sees-node-memory': 'overhead of kernel and agent without limit',
    'runc-behind-kata-handlers': 'overhead of kernel and agent without limit',
    'memory-hotplug-ignored': 'overhead of kernel and agent with limits.memory 256Mi',
    'memory-never-onlined': 'overhead of kernel and agent with limits.memory 256Mi',
    'memory-hotplug-one-block-more': 'overhead of kernel and agent with limits.memory 256Mi',
  },
})

behaviour('KATA-OOM-005', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({
    limited: busybox(runtimeClass).limits({ memory: '256Mi' }).unshared(),
    bare: busybox(runtimeClass).unshared(),
  }),
  async check({ pods, measure, finding, expect }) {
    const limited = await largestAllocation((size) => allocate(pods.limited, size), { from: 64, to: 344, step: 1 })
    expect(limited, 'largest allocation under limits.memory 256Mi').to.not.equal('lost')
    finding(`256Mi of limit hold ${limited} MiB; the guide's rule (default_memory + limits - 168) says 344`)
    // The limit less what the process itself takes of it: 250 succeeds and 256 does not in the guide.
    expect(
      measure('largest allocation under 256Mi', Number(limited), 'MiB'),
      'largest allocation under limits.memory 256Mi, MiB',
    ).to.be.within(248, 255)
    const bare = await largestAllocation((size) => allocate(pods.bare, size), { from: 64, to: 256, step: 4 })
    expect(bare, 'largest allocation without limit').to.not.equal('lost')
    // MemAvailable is 126 MiB, of which the kernel keeps some for itself (watermarks); 100 succeeded in the guide.
    expect(
      measure('largest allocation without limit', Number(bare), 'MiB'),
      'largest allocation without limit, MiB',
    ).to.be.within(100, 130)
  },
  timeoutMs: 120_000,
  killedBy: {
    'vmm-killed-beyond-limit-and-overhead': 'largest allocation under limits.memory 256Mi',
    'exec-exit-code-lost': 'largest allocation under limits.memory 256Mi',
    'memory-limit-not-enforced': 'largest allocation under limits.memory 256Mi',
    'memory-limit-not-in-guest-cgroup': 'largest allocation under limits.memory 256Mi',
    'memory-max-lowered': 'largest allocation under limits.memory 256Mi',
    'memory-hotplug-ignored': 'largest allocation under limits.memory 256Mi',
    'memory-never-onlined': 'largest allocation under limits.memory 256Mi',
    'oom-kills-the-vm': 'largest allocation under limits.memory 256Mi',
    'guest-kernel-reserve-grown': 'largest allocation without limit',
    'guest-agent-leaks': 'largest allocation without limit',
    'guest-slab-grown': 'largest allocation without limit',
    'guest-grows-without-limits': 'largest allocation without limit',
    'memory-drop-in-ignored': 'largest allocation without limit',
    'runc-behind-kata-handlers': 'largest allocation',
  },
})

/** RSS of QEMU over the guest's memory, fully touched: its own code, heap and tables (111 MiB on 3.26.0), and room for other releases. */
const ownMiB = 192

behaviour('KATA-OOM-006', {
  on: classes(onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass).unshared() }),
  async check(context) {
    const { pods, facts, measure, finding, expect } = context
    const base = need(facts.class.defaultMemoryMiB, 'default_memory')
    // 100 of 256 MiB succeeded in the guide; all of the VM's RAM never can.
    const [fits, exceeds] = [Math.floor((base * 100) / 256), base]
    await vmm(context, pods.bare)
    expect(await allocate(pods.bare, fits), `allocation of ${fits} MiB in a VM of ${base}`).to.equal('done')
    const outcome = await allocate(pods.bare, exceeds)
    expect(outcome, `allocation of ${exceeds} MiB in a VM of ${base}`).to.not.equal('done')
    // The guest may lose its agent, and with it the VM: it is the pod's own loss. What the claim is about is that the host did not give more.
    const rss = outcome === 'lost' ? null : await rssIfAlive(context, pods.bare)
    if (rss === null) {
      finding('the VM did not survive that its guest ran out of memory')
      return
    }
    measure('RSS of the VMM', rss, 'MiB')
    expect(rss, 'RSS of the VMM after its guest asked for more than it has, MiB').to.be.at.most(base + ownMiB)
  },
  killedBy: {
    'guest-grows-without-limits': 'MiB in a VM of',
    'memory-drop-in-ignored': 'allocation of 256 MiB in a VM of 256',
    'guest-kernel-reserve-grown': 'allocation of 100 MiB in a VM of 256',
    'guest-agent-leaks': 'allocation of 100 MiB in a VM of 256',
    'guest-slab-grown': 'allocation of 100 MiB in a VM of 256',
    'guest-memory-preallocated': 'RSS of the VMM after its guest asked for more than it has',
    // The end of the allocating process is seen by its exit code.
    'exec-exit-code-lost': 'MiB in a VM of',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

/** Null when the pod has no sandbox any more, or one whose VM is gone. */
async function rssIfAlive(context: Parameters<typeof vmmRss>[0], pod: PodHandle): Promise<number | null> {
  try {
    const { hypervisors, shims } = await context.node.sandbox(pod.uid)
    const vms = need(context.facts.class.hypervisor, 'hypervisor') === 'dragonball' ? shims : hypervisors
    return vms.length === 0 ? null : await vmmRss(context, pod)
  } catch (error) {
    if ((error as Error).name === 'NodeProbeError') return null
    throw error
  }
}
