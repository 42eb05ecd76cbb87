import { behaviour } from '../../helpers/behaviour.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { valueOf } from '../../helpers/node/qemuCommandLine.ts'
import { classes, notRemote } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** Guest CIDs of the vsock devices in the arguments of QEMU processes. 0 to 2 are the hypervisor's and the host's (vsock(7)). */
const cidsOf = (processes: readonly { argv: readonly string[] }[]): number[] =>
  processes
    .flatMap(({ argv }) => argv)
    .filter((argument) => argument.startsWith('vhost-vsock-'))
    .map((argument) => Number(valueOf(argument, 'guest-cid')))

/**
 * Sockets by which a shim reaches the agent where the VMM itself ends the vsock. Go shim: clh.go, and fc.go (setPaths, truncateID: 32
 * characters); Rust shim: ch/utils.rs, and
 * hypervisor/src/utils.rs (get_hvsock_path) for Dragonball and Firecracker.
 */
const hybridSockets = (id: string): readonly { folder: string; name: string }[] => [
  { folder: `/run/vc/vm/${id}`, name: 'clh.sock' },
  { folder: `/run/vc/firecracker/${id.slice(0, 32)}/root`, name: 'kata.hvsock' },
  { folder: `/run/kata/${id}`, name: 'ch-vm.sock' },
  { folder: `/run/kata/${id}/root`, name: 'kata.hvsock' },
]

async function hybridSocket(node: NodeProbe, id: string): Promise<string> {
  const found = await Promise.all(
    hybridSockets(id).map(async ({ folder, name }) =>
      (await node.list(folder)).includes(name) ? [`${folder}/${name}`] : [],
    ),
  )
  return found.flat()[0] ?? 'none'
}

behaviour('KATA-ARCH-009', {
  on: classes(notRemote),
  pods: ({ runtimeClass }) => ({ first: busybox(runtimeClass), second: busybox(runtimeClass) }),
  async check({ pods, node, finding, expect }) {
    const sandboxes = await Promise.all([node.sandbox(pods.first.uid), node.sandbox(pods.second.uid)])
    if (sandboxes.every(({ hypervisors }) => cidsOf(hypervisors).length === 0)) {
      for (const { sandboxId } of sandboxes) {
        const socket = await hybridSocket(node, sandboxId)
        expect(socket, 'vsock device of the hypervisor, or hybrid vsock socket of the sandbox').to.not.equal('none')
        finding(`the agent is reached by ${socket}`)
      }
      return
    }
    const [first, second] = sandboxes.map(({ hypervisors }) => [...new Set(cidsOf(hypervisors))])
    expect(first, 'guest CIDs of the first sandbox, by its vsock device').to.have.lengthOf(1)
    expect(second, 'guest CIDs of the second sandbox, by its vsock device').to.have.lengthOf(1)
    expect(first?.[0], 'guest-cid of the first sandbox').to.be.at.least(3)
    const everywhere = (await node.processes()).filter(({ argv }) => cidsOf([{ argv }]).includes(first?.[0] ?? -1))
    const owners = new Set(everywhere.map(({ argv }) => argv[argv.indexOf('-name') + 1]))
    expect([...owners], `sandboxes of the node with guest-cid ${first?.[0]}`).to.have.lengthOf(1)
  },
  killedBy: {
    'no-vsock-device': "or hybrid vsock socket of the sandbox: expected 'none'",
    'runc-behind-kata-handlers': "or hybrid vsock socket of the sandbox: expected 'none'",
    'guest-cid-not-unique': 'sandboxes of the node with guest-cid 3',
  },
})
