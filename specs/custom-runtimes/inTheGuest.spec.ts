import { behaviour } from '../../helpers/behaviour.ts'
import { askedRuntime } from '../../helpers/deployment/customRuntime.ts'
import { installationFolder } from '../../helpers/deployment/kataDeploy.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { hypervisorTable } from '../../helpers/facts/classOnNode.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { type ClassCondition, classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { baseOfACustomClass, custom } from '../../helpers/oracles/customClass.ts'
import { visibleMemory } from '../../helpers/oracles/guestMemory.ts'
import { configurations } from '../../helpers/oracles/kataInstallation.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** A sandbox without limits has what it boots with. */
const bare = (bootMiB: number) => ({ bootMiB, hotplugMiB: 0 })

// What was asked of kata-deploy is held against what the guest has: configuration of the node, shim and hypervisor lie between.
behaviour('KATA-CUSTOM-003', {
  on: classes(custom, onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, api, facts, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.bare)
    const handler = need(facts.class.handler, 'handler')
    const { dropIn } = await askedRuntime(api, handler)
    const asked = hypervisorTable(dropIn ?? {})?.table['default_memory']
    if (typeof asked !== 'number')
      throw new FactUnknownError(`default_memory of ${handler}`, 'kata-deploy was given none for it')
    const bounds = visibleMemory(need(facts.class.hypervisor, 'hypervisor'), facts, bare(asked))
    const total = measure('MemTotal', await memTotal(pods.bare), 'MiB')
    expect(total, `MemTotal where default_memory = ${asked} was asked for`).to.be.within(bounds.min, bounds.max)
  },
  killedBy: {
    'custom-runtimes-read-the-stock-configuration': 'MemTotal where default_memory = 256 was asked for',
    'memory-drop-in-ignored': 'MemTotal where default_memory = 256 was asked for',
    'guest-sees-node-memory': 'MemTotal where default_memory = 256 was asked for',
    'guest-kernel-reserve-grown': 'MemTotal where default_memory = 256 was asked for',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** default_memory of a shim's own configuration (config-settings.go.in and runtime-rs Makefile, DEFMEMSZ), MiB. */
const stockMemoryMiB = 2048

/** Those for GPUs have another (configuration-qemu-nvidia-gpu.toml.in, DEFAULTMEMORY_NV), which no document tells. */
const ofStockMemory: ClassCondition = ({ handler }) =>
  handler.value?.includes('nvidia-gpu') ? { no: `${handler.value} has a default_memory of its own, for GPUs` } : true

behaviour('KATA-CUSTOM-005', {
  on: classes(baseOfACustomClass, ofStockMemory, onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, api, facts, node, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.bare)
    const handler = need(facts.class.handler, 'handler')
    const shim = handler.replace(/^kata-/, '')
    const folder = configurations(await installationFolder(api), need(facts.class.shim, 'shim'))
    const original = await node.readFile(`${folder}/configuration-${shim}.toml`)
    expect(original, `${folder}/configuration-${shim}.toml on ${node.node}`).to.match(
      new RegExp(`^default_memory\\s*=\\s*${stockMemoryMiB}\\s*$`, 'm'),
    )
    const toml = await node.effectiveToml(handler)
    const sources = [toml?.path ?? '', ...(toml?.dropIns ?? [])]
    expect(
      sources.filter((path) => path.includes('/custom-runtimes/')),
      `files of custom runtimes that ${handler} reads`,
    ).to.deep.equal([])
    // The operator may have given the shim itself another default (shims.<name>.dropIn): then that is what its guests have.
    const size = bare(need(facts.class.defaultMemoryMiB, 'default_memory'))
    const { min, max } = visibleMemory(need(facts.class.hypervisor, 'hypervisor'), facts, size)
    const total = measure('MemTotal', await memTotal(pods.bare), 'MiB')
    expect(total, 'MemTotal of the stock class').to.be.within(min, max)
  },
  killedBy: {
    'kata-qemu-default-memory-4096': '/configuration-qemu.toml on kata-',
    'guest-sees-node-memory': 'MemTotal of the stock class',
    'guest-kernel-reserve-grown': 'MemTotal of the stock class',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
