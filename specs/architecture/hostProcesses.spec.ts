import { behaviour } from '../../helpers/behaviour.ts'
import type { HostProcess, NodeProbe, SandboxProcesses } from '../../helpers/node/nodeProbe.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { anyKata, classes, notRemote } from '../../helpers/oracles/applicability.ts'
import { hypervisorProcesses } from '../../helpers/oracles/hypervisorProcesses.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

const kataShim = 'containerd-shim-kata-v2'
const runcShim = 'containerd-shim-runc-v2'

/** Name of the program file; of argv where the kernel hides the link. */
const program = ({ exe, argv }: HostProcess): string =>
  (exe || (argv[0] ?? ''))
    .replace(/ \(deleted\)$/, '')
    .split('/')
    .at(-1) ?? ''

/** `:` does nothing, and its argument stays in argv: a process that runs this can be found by it, wherever it is seen. */
const marked = (runtimeClass: string | undefined) => `: runtime-chain-of-${runtimeClass ?? 'the-default-runtime'}-pods`

behaviour('KATA-ARCH-001', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({
    kata: busybox(runtimeClass).script(`${marked(runtimeClass)}; ${idle}`),
    standard: busybox(undefined).script(`${marked(undefined)}; ${idle}`),
  }),
  async check({ pods, runtimeClass, facts, node, expect }) {
    const [kata, standard, host] = await Promise.all([
      node.sandbox(pods.kata.uid),
      node.sandbox(pods.standard.uid),
      node.processes(),
    ])
    const onHost = (marker: string) => host.filter(({ argv }) => argv.some((each) => each.includes(`${marker};`)))
    // The method sees what is there: a process of the default runtime is one of the host's.
    expect(standard.shims.map(program), 'shims of the standard pod').to.include(runcShim)
    expect(onHost(marked(undefined)), "the standard pod's process on the host").to.not.be.empty

    expect([...new Set(kata.shims.map(program))], 'shims of the Kata pod').to.deep.equal([kataShim])
    expect(kata.hypervisors.map(program), 'hypervisors of the Kata pod').to.have.lengthOf(
      hypervisorProcesses(facts.class),
    )
    expect(onHost(marked(runtimeClass)), "the Kata pod's process on the host").to.deep.equal([])
  },
  killedBy: {
    'runc-behind-kata-handlers': "shims of the Kata pod: expected [ 'containerd-shim-runc-v2' ]",
    'second-hypervisor-per-sandbox': 'hypervisors of the Kata pod',
    'container-process-on-host': "the Kata pod's process on the host",
  },
})

behaviour('KATA-ARCH-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).container('second', idle).container('third', idle) }),
  async check({ pods, node, expect }) {
    const { sandboxId } = await node.sandbox(pods.pod.uid)
    const containers = (pods.pod.object.status as { containerStatuses: { containerID: string }[] }).containerStatuses
    const ids = [sandboxId, ...containers.map(({ containerID }) => containerID.replace(/^.*:\/\//, ''))]
    // A shim of the first version served one container and carried that container's id, so every id of the pod is looked for.
    const shims = (await node.processes()).filter(
      (each) => program(each).startsWith('containerd-shim') && each.argv.some((argument) => ids.includes(argument)),
    )
    expect(containers, 'containers of the pod').to.have.lengthOf(3)
    expect(shims.map(program), 'shims of a pod with three containers').to.deep.equal([kataShim])
  },
  killedBy: {
    'shim-per-container': 'shims of a pod with three containers',
    'runc-behind-kata-handlers': "shims of a pod with three containers: expected [ 'containerd-shim-runc-v2' ]",
  },
})

behaviour('KATA-ARCH-014', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({
    kata: busybox(runtimeClass).limits({ memory: '256Mi', cpu: '500m' }).requests({ cpu: '50m', memory: '32Mi' }),
    standard: busybox(undefined).limits({ memory: '256Mi', cpu: '500m' }).requests({ cpu: '50m', memory: '32Mi' }),
  }),
  async check({ pods, node, measure, expect }) {
    const [kata, standard] = await Promise.all([node.sandbox(pods.kata.uid), node.sandbox(pods.standard.uid)])
    const [ofKata, ofStandard] = await Promise.all([rssMiB(node, kata), rssMiB(node, standard)])
    measure('RSS of shim, hypervisor and virtiofsd', ofKata, 'MiB')
    measure("RSS of the default runtime's shim", ofStandard, 'MiB')
    // The guide's smallest total is 180 MiB (Dragonball). Less than 50 MiB above a bare shim, and no virtual machine was measured.
    expect(ofKata - ofStandard, 'RSS of a Kata sandbox above that of a standard one, MiB').to.be.at.least(50)
  },
  killedBy: {
    'dragonball-as-a-process': 'RSS of a Kata sandbox above that of a standard one',
    'runc-behind-kata-handlers': 'RSS of a Kata sandbox above that of a standard one',
  },
})

async function rssMiB(node: NodeProbe, { shims, hypervisors, virtiofsds }: SandboxProcesses): Promise<number> {
  const memories = await Promise.all([...shims, ...hypervisors, ...virtiofsds].map(({ pid }) => node.memory(pid)))
  return Math.round(memories.reduce((sum, { rssKiB }) => sum + rssKiB, 0) / 1024)
}

// The files that a process holds show KVM in use; an argument or a module that is loaded shows no more than the intention.
behaviour('KATA-ARCH-016', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, node, measure, expect }) {
    const { hypervisors, shims } = await node.sandbox(pods.pod.uid)
    const vmms = hypervisors.length > 0 ? hypervisors : shims
    const files = (await Promise.all(vmms.map(({ pid }) => node.fileDescriptors(pid)))).flat()
    const held = (kind: string) => files.filter((file) => file.startsWith(`anon_inode:${kind}`)).length
    const vcpus = await nproc(pods.pod)
    expect(
      measure('kvm-vm files of the VMM', held('kvm-vm'), 'files'),
      'virtual machines that the VMM has in KVM',
    ).to.be.at.least(1)
    expect(
      measure('kvm-vcpu files of the VMM', held('kvm-vcpu'), 'files'),
      'vCPUs that the VMM has in KVM',
    ).to.be.at.least(vcpus)
  },
  killedBy: {
    'hypervisor-without-kvm': 'virtual machines that the VMM has in KVM: expected +0',
    'dragonball-as-a-process': 'virtual machines that the VMM has in KVM: expected +0',
    'runc-behind-kata-handlers': 'virtual machines that the VMM has in KVM: expected +0',
  },
})
