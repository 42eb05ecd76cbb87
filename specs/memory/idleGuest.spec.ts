import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { mebibytes, meminfo, memTotal, usedMiB } from '../../helpers/guest/meminfo.ts'
import { classes, qemu } from '../../helpers/oracles/applicability.ts'
import { defaultMemory, measuredAt, measuredRelease } from '../../helpers/oracles/documentedFigures.ts'
import { visibleMemory } from '../../helpers/oracles/guestMemory.ts'
import { sandboxMemory } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/**
 * Figures of an idle guest. The guide waits for a minute; the agent has done its work when the container runs, and nothing else runs in the guest:
 * read once after Ready, recordings of 3.26.0 show 36 MiB used and 124 available against the guide's 35 and 126.
 */
const guidesEnvironment = classes(qemu, defaultMemory(256), measuredRelease)

behaviour('KATA-MEM-006', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, measure, expect }) {
    const reserve = measure('kernel reserve', 256 - (await memTotal(pods.bare)), 'MiB')
    // 94 in the guide, 91.5 recorded with another image; the catalogue allows 12.
    expect(reserve, 'kernel reserve of 256 MiB').to.be.closeTo(94, 12)
  },
  killedBy: {
    'guest-kernel-reserve-grown': 'kernel reserve of 256 MiB',
    'memory-drop-in-ignored': 'kernel reserve of 256 MiB',
    'guest-sees-node-memory': 'kernel reserve of 256 MiB',
    'runc-behind-kata-handlers': 'kernel reserve of 256 MiB',
  },
})

behaviour('KATA-MEM-008', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, measure, expect }) {
    const total = measure('MemTotal', await memTotal(pods.bare), 'MiB')
    expect(total, 'MemTotal of a VM of 256 MiB').to.be.closeTo(162, 12)
  },
  killedBy: {
    'guest-kernel-reserve-grown': 'MemTotal of a VM of 256 MiB',
    'memory-drop-in-ignored': 'MemTotal of a VM of 256 MiB',
    'guest-sees-node-memory': 'MemTotal of a VM of 256 MiB',
    'runc-behind-kata-handlers': 'MemTotal of a VM of 256 MiB',
  },
})

behaviour('KATA-MEM-009', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, measure, expect }) {
    const used = measure('used memory', usedMiB(await meminfo(pods.bare)), 'MiB')
    expect(used, 'used memory of the idle guest').to.be.closeTo(35, 12)
  },
  killedBy: {
    'guest-agent-leaks': 'used memory of the idle guest',
    'guest-slab-grown': 'used memory of the idle guest',
    'guest-sees-node-memory': 'used memory of the idle guest',
    'runc-behind-kata-handlers': 'used memory of the idle guest',
  },
})

behaviour('KATA-MEM-010', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, measure, expect }) {
    const available = measure('MemAvailable', mebibytes(await meminfo(pods.bare), 'MemAvailable'), 'MiB')
    expect(available, 'MemAvailable of the idle guest').to.be.closeTo(126, 15)
  },
  killedBy: {
    'guest-kernel-reserve-grown': 'MemAvailable of the idle guest',
    'guest-agent-leaks': 'MemAvailable of the idle guest',
    'guest-slab-grown': 'MemAvailable of the idle guest',
    'memory-drop-in-ignored': 'MemAvailable of the idle guest',
    'guest-sees-node-memory': 'MemAvailable of the idle guest',
    'runc-behind-kata-handlers': 'MemAvailable of the idle guest',
  },
})

interface Component {
  readonly keys: readonly string[]
  /** The guide's figure, MiB. */
  readonly figure: number
  /**
   * More than this is a regression, MiB: the catalogue's bounds for Slab and AnonPages, what Slab leaves for its parts, three times the figure
   * elsewhere. Less than the figure is none: recordings with a smaller image and the agent as init have a third of it.
   */
  readonly most: number
}

behaviour<'bare', Component>('KATA-MEM-011', {
  on: guidesEnvironment,
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  cases: {
    a: { keys: ['Slab'], figure: 13, most: 30 },
    b: { keys: ['SUnreclaim'], figure: 10, most: 27 },
    c: { keys: ['SReclaimable'], figure: 3, most: 9 },
    d: { keys: ['Percpu'], figure: 3.5, most: 10.5 },
    e: { keys: ['AnonPages'], figure: 6.5, most: 20 },
    f: { keys: ['Mapped'], figure: 17.5, most: 52.5 },
    g: { keys: ['Buffers', 'Cached'], figure: 6, most: 18 },
  },
  async check({ pods, case: { keys, figure, most }, api, runtimeClass, measure, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.bare)
    const what = keys.join(' + ')
    const value = measure(what, mebibytes(await meminfo(pods.bare), ...keys), 'MiB')
    if (Math.abs(value - figure) > Math.max(figure / 2, 2)) {
      finding(`${what} is ${value.toFixed(1)} MiB, the guide has ${figure}`)
    }
    expect(value, `${what} of the idle guest, MiB`).to.be.within(0.01, most)
  },
  killedBy: {
    'guest-agent-leaks': 'AnonPages of the idle guest',
    'guest-slab-grown': 'SUnreclaim of the idle guest',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-MEM-018', {
  on: classes(defaultMemory(2048), measuredRelease, measuredAt(2048)),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, facts, measure, expect }) {
    const size = sandboxMemory(facts.class, [])
    const { min, max, source } = visibleMemory(facts.class.hypervisor.value ?? 'qemu', facts, size)
    const total = measure('MemTotal', await memTotal(pods.bare), 'MiB')
    expect(total, `MemTotal of 2048 MiB (${source})`).to.be.within(min, max)
  },
  killedBy: {
    'clh-and-dragonball-reserve-grown': 'MemTotal of 2048 MiB',
    'guest-kernel-reserve-grown': 'MemTotal of 2048 MiB',
    'guest-sees-node-memory': 'MemTotal of 2048 MiB',
    'runc-behind-kata-handlers': 'MemTotal of 2048 MiB',
  },
})
