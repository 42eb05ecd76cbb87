import { behaviour } from '../../helpers/behaviour.ts'
import { median, writeFlushed } from '../../helpers/guest/copyWork.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { classes, notConfidential, onNode, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { defaultMemory, hasLargerTwin, larger } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-MEM-016', {
  on: classes(defaultMemory(256), notConfidential, hasLargerTwin),
  pods: ({ runtimeClass, facts }) => ({
    small: busybox(runtimeClass),
    large: busybox(larger(facts.class, facts.cluster)),
  }),
  async check({ pods, api, runtimeClass, measure, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.small)
    const [small, large] = await Promise.all([memTotal(pods.small), memTotal(pods.large)])
    const ratio = measure('MemTotal of the smaller class by that of the larger', small / large, '')
    finding(`the smaller class shows ${small.toFixed(0)} MiB; the guide says ~290 in one place and 162 in three`)
    // 162 / 1924 is 0.084; the catalogue allows 0.2.
    expect(ratio, 'MemTotal of the smaller class by that of the larger').to.be.below(0.2)
  },
  killedBy: {
    'memory-drop-in-ignored': 'MemTotal of the smaller class',
    'guest-sees-node-memory': 'MemTotal of the smaller class',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/**
 * The guide writes to a volume; the container's own file system reaches the host the same way (virtiofs), needs no storage class, and is not the
 * bottleneck of a network. Flushed writes only: re-reads from a smaller page cache are slower for a good reason.
 */
behaviour('KATA-MEM-020', {
  on: classes(onNode, notConfidential, sharedByVirtiofs, hasLargerTwin),
  pods: ({ runtimeClass, facts }) => ({
    small: busybox(runtimeClass).unshared(),
    large: busybox(larger(facts.class, facts.cluster)).unshared(),
  }),
  async check({ pods, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.small)
    const [small, large]: [number[], number[]] = [[], []]
    // In turn, so that a slow moment of the node's disk meets both.
    for (let run = 0; run < 5; run += 1) {
      small.push(100 / (await writeFlushed(pods.small, '/tmp/written', 100)))
      large.push(100 / (await writeFlushed(pods.large, '/tmp/written', 100)))
    }
    measure('flushed writes, smaller VM', median(small), 'MiB/s')
    measure('flushed writes, larger VM', median(large), 'MiB/s')
    const ratio = median(small) / median(large)
    expect(ratio, 'flushed writes of the smaller VM by those of the larger').to.be.within(0.7, 1 / 0.7)
  },
  exclusive: true,
  timeoutMs: 300_000,
  killedBy: {
    'small-vms-write-slower': 'flushed writes of the smaller VM',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
