import type { CheckContext } from '../../helpers/behaviour.ts'
import { behaviour } from '../../helpers/behaviour.ts'
import { inBlocks, type Measured, measuredOnce, medianOf, recordBlocks } from '../../helpers/figures/inBlocks.ts'
import { copyInMemory } from '../../helpers/guest/copyWork.ts'
import { classes, notConfidential, notRemote } from '../../helpers/oracles/applicability.ts'
import { guideRow } from '../../helpers/oracles/guideFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { killedBy } from './killedBy.ts'
import { defaultRuntime, own } from './sides.ts'

/**
 * The guide compresses 200 MB of /dev/urandom, timed to whole seconds: how fast random numbers are made is part of it. Here a fixed amount is copied in
 * memory by one thread, some seconds of it. Seconds are the machine's; what compares with the guide is the share that a class takes longer.
 */
const mebibytes = 16_384
const method = `dd if=/dev/zero of=/dev/null bs=64k, ${mebibytes} MiB, one thread, no limits, clock of the kernel under the container (the guide: gzip of 200 MB of /dev/urandom)`

function computing(context: CheckContext<'watcher', unknown>, by: string): Promise<Measured> {
  const { facts, runtimeClass } = context
  return measuredOnce(facts.cluster, `compute ${runtimeClass ?? ''}`, by, () =>
    inBlocks(context, context.pods.watcher, {
      sides: [own(facts, runtimeClass), defaultRuntime],
      pod: busybox,
      measure: async (pod) => [
        { metric: 'compute', unit: 's', better: 'lower', method, value: await copyInMemory(pod, mebibytes) },
      ],
    }),
  )
}

for (const id of ['KATA-BENCH-003', 'KATA-BENCH-010']) {
  behaviour(id, {
    on: classes(notRemote, notConfidential),
    pods: () => ({ watcher: busybox(undefined) }),
    async check(context) {
      const { facts, measure, finding } = context
      const measured = await computing(context, id)
      recordBlocks(context, measured)
      const share = medianOf(measured.taken, 'compute') / medianOf(measured.taken, 'compute-default-runtime') - 1
      measure('time beyond that of the default runtime', 100 * share, '%')
      const documented = guideRow('cpu_gzip_200MB', facts.class)?.['overhead_pct']
      finding(
        `takes ${(100 * share).toFixed(0)} % longer than the default runtime; the guide has ${documented === undefined ? 'about 20' : String(documented)} %`,
      )
    },
    exclusive: true,
    timeoutMs: 20 * 60_000,
    killedBy,
  })
}
