import { behaviour } from '../../helpers/behaviour.ts'
import { allocate } from '../../helpers/guest/allocate.ts'
import { vmmRss } from '../../helpers/guest/vmm.ts'
import { classes, goShim, notConfidential, qemu } from '../../helpers/oracles/applicability.ts'
import { defaultMemory, hasLargerTwin, larger, measuredRelease } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** What the guide's pods allocated before they were idle ("Impact de default_memory": 310 and 645 MB are figures of touched memory), MiB. */
const touched = { small: 100, large: 400 } as const

behaviour('KATA-FOOTPRINT-010', {
  on: classes(qemu, goShim, defaultMemory(256), notConfidential, hasLargerTwin, measuredRelease),
  pods: ({ runtimeClass, facts }) => ({
    small: busybox(runtimeClass).unshared(),
    large: busybox(larger(facts.class, facts.cluster)).unshared(),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    const after = async (name: keyof typeof touched): Promise<number> => {
      const fresh = await vmmRss(context, pods[name])
      measure(`RSS of the VMM fresh, ${name}`, fresh, 'MiB')
      expect(await allocate(pods[name], touched[name]), `allocation of ${touched[name]} MiB`).to.equal('done')
      return measure(
        `RSS of the VMM after ${touched[name]} MiB were touched, ${name}`,
        await vmmRss(context, pods[name]),
        'MiB',
      )
    }
    const [small, large] = await Promise.all([after('small'), after('large')])
    const ratio = measure('the smaller by the larger', small / large, '')
    // 310 / 645 is 0.48.
    expect(ratio, 'RSS of the VMM with the smaller default_memory by that with the larger, both touched').to.be.within(
      0.3,
      0.75,
    )
  },
  killedBy: {
    'guest-kernel-reserve-grown': 'allocation of 100 MiB',
    'guest-memory-preallocated': 'RSS of the VMM with the smaller default_memory',
    'guest-agent-leaks': 'allocation of 100 MiB',
    'guest-slab-grown': 'allocation of 100 MiB',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})
