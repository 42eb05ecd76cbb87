import { CriError, type ForwardedConnection } from '../kubelet/containerRuntime.ts'
import { MachineError } from '../machine/machineError.ts'
import type { SandboxRecord } from './sandboxes.ts'
import type { SimNode } from './simNode.ts'

/**
 * A connection to a port of a pod as containerd 1.7 makes it (pkg/cri/server/sandbox_portforward_linux.go): from within the pod's network namespace
 * on the node, to its loopback. Nothing listens there for a pod whose processes are in a VM: port-forward to Kata pods is refused
 * (kata-containers#10843). Throws CriError.
 */
export async function forwardPort(node: SimNode, record: SandboxRecord, port: number): Promise<ForwardedConnection> {
  const { sandbox, handler } = record
  const network = handler !== null && node.departures.portForwardFrom === 'node' ? null : record.network
  if (record.state !== 'ready') throw new CriError('Unknown', `sandbox container "${sandbox.id}" is not running`)
  try {
    return await node.network.connect(network?.namespace ?? node.machine.rootNetNamespace, '127.0.0.1', port)
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    throw new CriError(
      'Unknown',
      `failed to execute portforward in network namespace "${network?.path ?? 'host'}": failed to connect to localhost:${port} inside namespace "${sandbox.id}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused `,
    )
  }
}
