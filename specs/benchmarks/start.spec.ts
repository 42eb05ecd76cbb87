import { behaviour } from '../../helpers/behaviour.ts'
import { medianOf, recordBlocks } from '../../helpers/figures/inBlocks.ts'
import { above, saidOf } from '../../helpers/figures/paired.ts'
import { classes, goShim, hypervisorIs, notConfidential, notRemote } from '../../helpers/oracles/applicability.ts'
import { comparableWith } from '../../helpers/oracles/comparableClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { killedBy } from './killedBy.ts'
import { besideQemu, defaultRuntime, goQemu } from './sides.ts'
import { startTimes } from './start.ts'

/** Eight blocks of two sandboxes and one more, with the slowest start that the guide has. */
const timeoutMs = 20 * 60_000

behaviour('KATA-BENCH-001', {
  on: classes(notRemote, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const measured = await startTimes(context, 'KATA-BENCH-001', defaultRuntime)
    recordBlocks(context, measured)
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})

/** Slower than this many times QEMU is no noise (the catalogue). */
const mostTimesSlower = 1.2

behaviour('KATA-BENCH-002', {
  on: classes(hypervisorIs('cloud-hypervisor'), goShim, notConfidential, comparableWith(goQemu)),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { facts, finding, expect } = context
    const measured = await startTimes(context, 'KATA-BENCH-002', besideQemu(facts))
    recordBlocks(context, measured)
    const [clh, qemu] = [medianOf(measured.taken, 'cold-start'), medianOf(measured.taken, 'cold-start-qemu')]
    finding(
      `Cloud Hypervisor starts ${clh <= qemu ? 'faster' : 'slower'} than QEMU: ${clh.toFixed(2)} and ${qemu.toFixed(2)} s`,
    )
    const slower = above(measured, 'cold-start', 'cold-start-qemu', mostTimesSlower)
    const said = `cold start more than ${mostTimesSlower} times that of QEMU, ${saidOf(slower)}`
    expect(slower.significant, said).to.equal(false)
  },
  exclusive: true,
  timeoutMs,
  killedBy: { ...killedBy, 'cloud-hypervisor-boots-slowly': 'cold start more than 1.2 times that of QEMU' },
})

behaviour('KATA-BENCH-011', {
  on: classes(notRemote, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const measured = await startTimes(context, 'KATA-BENCH-011', defaultRuntime)
    recordBlocks(context, measured)
    const own = medianOf(measured.taken, 'cold-start')
    const vm = own - medianOf(measured.taken, 'cold-start-default-runtime')
    context.finding(
      `a pod is ready after ${own.toFixed(2)} s, ${vm.toFixed(2)} s of which a pod of the default runtime does not take; the overview says less than 1 s, the guide 3.9 to 6.2 s`,
    )
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})
