import { behaviour } from '../../helpers/behaviour.ts'
import { medianOf, recordBlocks } from '../../helpers/figures/inBlocks.ts'
import {
  type ClassCondition,
  classes,
  decide,
  goShim,
  notConfidential,
  notRemote,
} from '../../helpers/oracles/applicability.ts'
import { comparableClass, comparableWith, nameOfComparable } from '../../helpers/oracles/comparableClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { startTimes } from './start.ts'

const standard = { suffix: '-default-runtime', runtimeClass: undefined, facts: undefined }

/** Eight blocks of two sandboxes and one more, with the slowest start that the guide has. */
const timeoutMs = 20 * 60_000

const killedBy = {
  'guest-clock-slow': 'clocks of guest and node',
  'runc-behind-kata-handlers': 'this pod is not in a VM',
}

behaviour('KATA-BENCH-001', {
  on: classes(notRemote, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const measured = await startTimes(context, 'KATA-BENCH-001', standard)
    recordBlocks(context, measured)
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})

const cloudHypervisor: ClassCondition = ({ hypervisor }) =>
  decide('hypervisor', hypervisor, (value) => value === 'cloud-hypervisor')

const goQemu = { shim: 'go', hypervisor: 'qemu' } as const

behaviour('KATA-BENCH-002', {
  on: classes(cloudHypervisor, goShim, notConfidential, comparableWith(goQemu)),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { facts, finding } = context
    const runtimeClass = nameOfComparable(facts.class, facts.cluster, goQemu)
    const other = {
      suffix: '-qemu',
      runtimeClass,
      facts: comparableClass(facts.class, facts.cluster, goQemu) ?? undefined,
    }
    const measured = await startTimes(context, 'KATA-BENCH-002', other)
    recordBlocks(context, measured)
    const [clh, qemu] = [medianOf(measured.taken, 'cold-start'), medianOf(measured.taken, 'cold-start-qemu')]
    finding(
      `Cloud Hypervisor starts ${clh <= qemu ? 'faster' : 'slower'} than QEMU: ${clh.toFixed(2)} and ${qemu.toFixed(2)} s`,
    )
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})

behaviour('KATA-BENCH-011', {
  on: classes(notRemote, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const measured = await startTimes(context, 'KATA-BENCH-011', standard)
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
