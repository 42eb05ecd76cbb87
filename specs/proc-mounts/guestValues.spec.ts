import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { bootId, parseBootId } from '../../helpers/guest/bootId.ts'
import { parseCpuLines } from '../../helpers/guest/cpus.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { kernel } from '../../helpers/guest/kernel.ts'
import { mebibytes, meminfo, memTotal } from '../../helpers/guest/meminfo.ts'
import { uptime } from '../../helpers/guest/uptime.ts'
import { anyKata, classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { possibleMemory } from '../../helpers/oracles/guestMemory.ts'
import { sandboxMemory } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-PROC-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    agent: busybox(runtimeClass).hostPath('/proc', '/host/proc').hostPath('/sys', '/host/sys'),
  }),
  async check({ pods: { agent }, facts, api, measure, expect }) {
    const { stdout } = await agent.read(['cat', '/host/proc/sys/kernel/random/boot_id'])
    const shown = parseBootId(stdout, `/host/proc/sys/kernel/random/boot_id in pod ${agent.name}`)
    expect(shown, 'boot_id below the hostPath of /proc').to.equal(await bootId(agent))
    const ofNode = await api.bootId(facts.node.name)
    expectOwnKernel(expect, 'boot_id below the hostPath of /proc, against the node', shown, ofNode)
    const [own, mounted] = [await meminfo(agent), await meminfo(agent, '/host/proc/meminfo')]
    expect(mebibytes(mounted, 'MemTotal'), 'MemTotal below the hostPath of /proc').to.equal(mebibytes(own, 'MemTotal'))
    const nodeMiB = need(facts.node.memoryMiB, 'memory of the node')
    expect(mebibytes(mounted, 'MemTotal'), 'MemTotal below the hostPath of /proc, against the node').to.not.be.closeTo(
      nodeMiB,
      1,
    )
    const cpusOf = async (path: string): Promise<number> => parseCpuLines((await agent.read(['cat', path])).stdout)
    expect(await cpusOf('/host/proc/stat'), 'CPUs of stat below the hostPath of /proc').to.equal(
      await cpusOf('/proc/stat'),
    )
    const before = await uptime(agent)
    const between = measure('uptime below the hostPath', await uptime(agent, '/host/proc/uptime'), 's')
    expect(between, 'uptime below the hostPath of /proc, between two readings of the own').to.be.within(
      before,
      await uptime(agent),
    )
    const links = async (path: string): Promise<string> => (await agent.read(['ls', path])).stdout.trim()
    expect(await links('/host/sys/class/net'), 'interfaces below the hostPath of /sys').to.equal(
      await links('/sys/class/net'),
    )
  },
  killedBy: {
    'host-proc-exposed': 'boot_id below the hostPath of /proc',
    'host-sys-exposed': 'interfaces below the hostPath of /sys',
    'guest-sees-node-memory': 'MemTotal below the hostPath of /proc, against the node',
    'runc-behind-kata-handlers': 'boot_id below the hostPath of /proc, against the node',
  },
})

behaviour('KATA-PROC-005', {
  on: classes(onNode, notConfidential),
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, facts, api, measure, finding, expect }) {
    // Two kernels may be of one release; none has another's boot_id.
    const [guest, ofNode] = await Promise.all([bootId(pods.bare), api.bootId(facts.node.name)])
    expectOwnKernel(expect, 'boot_id of the pod, against the node', guest, ofNode)
    const { release, build } = await kernel(pods.bare)
    if (release === facts.node.kernelVersion.value)
      finding(`guest and node both run ${release}; the guest's is: ${build}`)
    expect(build, '/proc/version').to.include(release)
    const total = measure('MemTotal', await memTotal(pods.bare), 'MiB')
    const { min, max } = possibleMemory(sandboxMemory(facts.class, []))
    expect(total, 'MemTotal of the pod, by the size of its VM').to.be.within(min, max)
    expect(total, 'MemTotal of the pod, against the node').to.not.be.closeTo(
      need(facts.node.memoryMiB, 'memory of the node'),
      1,
    )
  },
  killedBy: {
    'runc-behind-kata-handlers': 'boot_id of the pod, against the node',
    'guest-sees-node-memory': 'MemTotal of the pod',
    'memory-drop-in-ignored': 'MemTotal of the pod, by the size of its VM',
  },
})
