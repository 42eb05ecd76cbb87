import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { qemuOf } from '../../helpers/guest/vmm.ts'
import { classes, hotplugSized, named, notConfidential, qemu } from '../../helpers/oracles/applicability.ts'
import { visibleMemory } from '../../helpers/oracles/guestMemory.ts'
import { sandboxMemory } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/**
 * The Go shim adds 1024 MiB to the node's memory: maxmem=10976M on a node with 9952 MiB (recorded), maxmem=33117M in the guide, whose node of
 * 32 GiB shows 32093. The catalogue allows 10% either way for other releases and the Rust shim.
 */
const maxmemOffsetMiB = 1024

behaviour('KATA-MEM-004', {
  on: classes(qemu, hotplugSized, notConfidential),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check(context) {
    const { pods, facts, measure, expect } = context
    const nodeMiB = need(facts.node.memoryMiB, 'memory of the node')
    const { memory } = await qemuOf(context, pods.bare)
    expect(memory.slots, 'memory slots of -m').to.equal(10)
    const maxmem = measure('maxmem', memory.maxMiB ?? 0, 'MiB')
    expect(maxmem, `maxmem of -m on a node of ${Math.round(nodeMiB)} MiB`).to.be.within(
      0.9 * nodeMiB,
      1.1 * nodeMiB + maxmemOffsetMiB,
    )
  },
  killedBy: {
    'qemu-without-memory-slots': 'memory slots of -m',
    'qemu-maxmem-too-small': 'maxmem of -m',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

behaviour('KATA-MEM-007', {
  on: classes(qemu, notConfidential),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check(context) {
    const { pods, facts, measure, expect } = context
    const { memory } = await qemuOf(context, pods.bare)
    measure('-m', memory.bootMiB, 'MiB')
    expect(memory.bootMiB, '-m against default_memory of the effective configuration').to.equal(
      need(facts.class.defaultMemoryMiB, 'default_memory'),
    )
  },
  killedBy: {
    'memory-drop-in-ignored': '-m against default_memory',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

behaviour('KATA-MEM-017', {
  on: classes(named('kata-qemu'), qemu),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check(context) {
    const { pods, facts, measure, expect } = context
    expect(need(facts.class.defaultMemoryMiB, 'default_memory'), 'default_memory of kata-qemu, MiB').to.equal(2048)
    const { memory } = await qemuOf(context, pods.bare)
    expect(memory.bootMiB, '-m of kata-qemu').to.equal(2048)
    const { min, max } = visibleMemory('qemu', facts, sandboxMemory(facts.class, []))
    const total = measure('MemTotal', await memTotal(pods.bare), 'MiB')
    expect(total, 'MemTotal of kata-qemu').to.be.within(min, max)
  },
  killedBy: {
    'kata-qemu-default-memory-4096': 'default_memory of kata-qemu',
    'guest-kernel-reserve-grown': 'MemTotal of kata-qemu',
    'guest-sees-node-memory': 'MemTotal of kata-qemu',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})
