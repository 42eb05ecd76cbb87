import { behaviour } from '../../helpers/behaviour.ts'
import { medianOf, recordBlocks } from '../../helpers/figures/inBlocks.ts'
import { above, saidOf } from '../../helpers/figures/paired.ts'
import { classes, hypervisorIs, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { comparableWith } from '../../helpers/oracles/comparableClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { transfers } from './disk.ts'
import { killedBy } from './killedBy.ts'
import { besideQemu, defaultRuntime, goQemu, own } from './sides.ts'

/** Nine to thirteen blocks of two or three sandboxes with a volume, the slowest of which the guide has with 21 s. */
const timeoutMs = 40 * 60_000

behaviour('KATA-BENCH-004', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { facts, runtimeClass } = context
    const sides = [own(facts, runtimeClass), defaultRuntime]
    recordBlocks(context, await transfers(context, 'KATA-BENCH-004', { purged: false, sides }))
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})

// The watcher is privileged so that the volume is in the namespace of the pods which may purge their guest's cache.
const purging = { pods: () => ({ watcher: busybox(undefined).privileged() }) }

behaviour('KATA-BENCH-005', {
  ...purging,
  on: classes(sharedByVirtiofs, notConfidential),
  async check(context) {
    const { facts, runtimeClass } = context
    const sides = [own(facts, runtimeClass), defaultRuntime]
    recordBlocks(context, await transfers(context, 'KATA-BENCH-005', { purged: true, sides }))
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})

/** What the guest's page cache makes of a read is no noise; how much, is the machine's. */
const leastTimesFaster = 1.5

behaviour('KATA-BENCH-008', {
  ...purging,
  on: classes(hypervisorIs('dragonball'), notConfidential, comparableWith(goQemu)),
  async check(context) {
    const { facts, runtimeClass, finding, expect } = context
    const sides = [own(facts, runtimeClass), besideQemu(facts)]
    const measured = await transfers(context, 'KATA-BENCH-008', { purged: true, sides })
    recordBlocks(context, measured)
    const of = (metric: string) => medianOf(measured.taken, metric)
    const share = of('disk-read-cached') / of('disk-read-purged')
    finding(
      `cached reads are ${share.toFixed(1)} times as fast as purged ones (the guide: 29, the catalogue expects 5); QEMU reads purged files ${(of('disk-read-purged-qemu') / of('disk-read-purged')).toFixed(1)} times as fast (the guide: 3.8)`,
    )
    const cached = above(measured, 'disk-read-cached', 'disk-read-purged', leastTimesFaster)
    const said = `cached reads more than ${leastTimesFaster} times as fast as purged ones, ${saidOf(cached)}`
    expect(cached.significant, said).to.equal(true)
  },
  exclusive: true,
  timeoutMs,
  killedBy: {
    'dragonball-clock-slow': 'clocks of guest and node',
    'virtiofs-cache-never': 'cached reads more than 1.5 times as fast as purged ones',
  },
})

behaviour('KATA-BENCH-009', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { facts, runtimeClass, finding, expect } = context
    const sides = [own(facts, runtimeClass), defaultRuntime]
    const measured = await transfers(context, 'KATA-BENCH-009', { purged: false, sides })
    recordBlocks(context, measured)
    const ratio = medianOf(measured.taken, 'disk-read') / medianOf(measured.taken, 'disk-write')
    finding(`reads are ${ratio.toFixed(1)} times as fast as writes; the guide has 15.5 for kata-qemu`)
    const slower = above(measured, 'disk-write', 'disk-read')
    expect(slower.significant, `reads slower than writes, ${saidOf(slower)}`).to.equal(false)
  },
  exclusive: true,
  timeoutMs,
  killedBy: { ...killedBy, 'virtiofs-reads-slow': 'reads slower than writes' },
})
