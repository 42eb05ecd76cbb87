import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import type { ClassFacts } from '../../helpers/facts/facts.ts'
import { allocate } from '../../helpers/guest/allocate.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { vmmRss } from '../../helpers/guest/vmm.ts'
import { classes, notConfidential, onNode, qemu } from '../../helpers/oracles/applicability.ts'
import { hasLargerTwin, larger, measuredRelease, memoryHotplugged } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** An idle guest has touched more than this: kernel, agent and page structures (136 to 245 MiB in the guide). Less is not a VM. */
const leastVmMiB = 64

behaviour('KATA-MEM-013', {
  on: classes(onNode, notConfidential),
  pods: ({ runtimeClass }) => ({
    bare: busybox(runtimeClass),
    // The request keeps the scheduler from reserving what the claim says is not used.
    limited: busybox(runtimeClass).limits({ memory: '1Gi' }).requests({ memory: '64Mi' }),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    const [bare, limited] = await Promise.all([vmmRss(context, pods.bare), vmmRss(context, pods.limited)])
    measure('RSS of the VMM without limits', bare, 'MiB')
    measure('RSS of the VMM with limits.memory 1Gi', limited, 'MiB')
    expect(bare, 'RSS of the idle VMM, MiB').to.be.above(leastVmMiB)
    // 1/64 of the plugged memory are its page structures; 30 MiB is what two idle VMs of one class differ by.
    expect(limited - bare, 'RSS added by limits.memory 1Gi to an idle VMM, MiB').to.be.at.most(1024 / 64 + 30)
  },
  killedBy: {
    'guest-memory-preallocated': 'RSS added by limits.memory 1Gi',
    'dragonball-as-a-process': 'RSS of the idle VMM, MiB',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

behaviour('KATA-MEM-014', {
  on: classes(memoryHotplugged, onNode, notConfidential, hasLargerTwin),
  pods: ({ runtimeClass, facts }) => ({
    small: busybox(runtimeClass).limits({ memory: '512Mi' }).unshared(),
    large: busybox(larger(facts.class, facts.cluster)).unshared(),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    const idle = await Promise.all([vmmRss(context, pods.small), vmmRss(context, pods.large)])
    for (const pod of [pods.small, pods.large]) {
      expect(await allocate(pod, 400), `allocation of 400 MiB in pod ${pod.name}`).to.equal('done')
    }
    // Guest memory that was touched is not given back to the host, so that reading after the allocation reads its peak.
    const [small, large] = await Promise.all([vmmRss(context, pods.small), vmmRss(context, pods.large)])
    measure('RSS under 400 MiB of load, smaller default_memory', small, 'MiB')
    measure('RSS under 400 MiB of load, larger default_memory', large, 'MiB')
    // 350 of 400: part of what is allocated had been touched and freed at boot.
    expect(small, 'RSS under load of the smaller VM, MiB').to.be.at.least(idle[0] + 350)
    expect(large, 'RSS under load of the larger VM, MiB').to.be.at.least(idle[1] + 350)
    expect(large, 'RSS of both VMs under the same load, MiB').to.be.closeTo(small, 0.15 * Math.max(small, large))
  },
  killedBy: {
    'guest-memory-preallocated': 'RSS under load of the smaller VM',
    'memory-hotplug-ignored': 'allocation of 400 MiB',
    'memory-never-onlined': 'allocation of 400 MiB',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

behaviour('KATA-MEM-015', {
  on: classes(onNode, notConfidential, hasLargerTwin),
  pods: ({ runtimeClass, facts }) => ({
    small: busybox(runtimeClass),
    large: busybox(larger(facts.class, facts.cluster)),
  }),
  async check(context) {
    const { pods, measure, finding, expect } = context
    const [small, large] = await Promise.all([vmmRss(context, pods.small), vmmRss(context, pods.large)])
    const saved = measure('RSS saved by the smaller default_memory, idle', large - small, 'MiB')
    finding(
      `an idle pod of the class with the smaller default_memory saves ${saved.toFixed(0)} MiB, 20 pods ${((20 * saved) / 1024).toFixed(1)} GiB; ` +
        'the guide says 335 MB and 6.7 GB, figures of VMs whose memory had been touched before',
    )
    // Page structures of 1792 MiB more are 28 MiB, of which 17 were seen on 3.26.0 fresh from boot: half of that is no noise.
    expect(saved, 'RSS saved by the smaller default_memory, MiB').to.be.above(8)
  },
  killedBy: {
    'memory-drop-in-ignored': 'RSS saved by the smaller default_memory',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

/** Guide 3.26.0, "Impact de default_memory sur la consommation hôte": what the pod sees, what it allocates, RSS of QEMU then. MiB. */
const table = [
  { defaultMemory: 2048, limit: null, total: 1923, load: 400, rss: 645 },
  { defaultMemory: 256, limit: null, total: 162, load: 100, rss: 310 },
  { defaultMemory: 256, limit: '512Mi', total: 674, load: 400, rss: 620 },
] as const

const rowsOf = ({ defaultMemoryMiB }: ClassFacts) =>
  table.filter((row) => row.defaultMemory === need(defaultMemoryMiB, 'default_memory'))

behaviour<string>('KATA-MEM-019', {
  on: classes(qemu, memoryHotplugged, measuredRelease, ({ defaultMemoryMiB: { value, how } }) =>
    value === null
      ? { unknown: `default_memory is unknown: ${how}` }
      : table.some((row) => row.defaultMemory === value) || {
          no: `the table has no row for default_memory = ${value}`,
        },
  ),
  pods: ({ runtimeClass, facts }) =>
    Object.fromEntries(
      rowsOf(facts.class).map(({ limit }) => {
        const bare = busybox(runtimeClass).unshared()
        return limit === null ? ['bare', bare] : ['limited', bare.limits({ memory: limit })]
      }),
    ),
  async check(context) {
    const { pods, facts, measure, expect } = context
    for (const { defaultMemory, limit, total, load, rss } of rowsOf(facts.class)) {
      const pod = limit === null ? pods.bare : pods.limited
      if (!pod) throw new Error('a row of the table has no pod')
      const row = `default_memory ${defaultMemory}, limit ${limit ?? 'none'}`
      expect(measure(`MemTotal, ${row}`, await memTotal(pod), 'MiB'), `MemTotal of row ${row}`).to.be.closeTo(total, 16)
      measure(`RSS of the VMM fresh, ${row}`, await vmmRss(context, pod), 'MiB')
      expect(await allocate(pod, load), `allocation of ${load} MiB in row ${row}`).to.equal('done')
      const loaded = measure(`RSS of the VMM after load, ${row}`, await vmmRss(context, pod), 'MiB')
      expect(loaded, `RSS of the VMM after load of row ${row}, MiB`).to.be.within(
        Math.max(load, 0.75 * rss),
        1.25 * rss,
      )
    }
  },
  killedBy: {
    'guest-memory-preallocated': 'RSS of the VMM after load',
    'memory-hotplug-ignored': 'MemTotal of row default_memory 256, limit 512Mi',
    'memory-never-onlined': 'MemTotal of row default_memory 256, limit 512Mi',
    'memory-hotplug-one-block-more': 'MemTotal of row default_memory 256, limit 512Mi',
    'memory-drop-in-ignored': 'MemTotal of row default_memory 256, limit none',
    'guest-kernel-reserve-grown': 'MemTotal of row',
    'guest-agent-leaks': 'allocation of 100 MiB in row',
    'guest-slab-grown': 'allocation of 100 MiB in row',
    'guest-sees-node-memory': 'MemTotal of row',
    'runc-behind-kata-handlers': 'MemTotal of row',
  },
})
