import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import type { Forwarded } from '../../helpers/cluster/cluster.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { httpPort, httpServer } from '../../helpers/pods/httpServer.ts'

const page = 'served-in-the-pod'
const request = 'GET / HTTP/1.0\r\n\r\n'

const nowhere = ['connection refused', 'nothing']

/** Where a connection ended: in a word, or in the words of what answered. CRI-O forwards nothing to a sandbox of a VM, and says nothing (internal/oci/runtime_vm.go). */
function endOf({ received, error }: Forwarded): string {
  if (received.includes(page)) return 'the server of the pod'
  if (received === '' && /connection refused/i.test(error)) return 'connection refused'
  return `${received} ${error}`.trim() || 'nothing'
}

/** What every kubelet serves its health on, at the node's loopback (kubelet.config.k8s.io/v1beta1, healthzPort). */
const healthPort = 10248

/** Ports of the node that its kubelet listens on, at its loopback or at every address. */
async function kubeletPorts({ api }: Pick<CheckContext<string, unknown>, 'api'>, node: string): Promise<number[]> {
  const object = await api.find({ apiVersion: 'v1', kind: 'Node', name: node })
  const { daemonEndpoints } = (object?.['status'] ?? {}) as {
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } }
  }
  const port = daemonEndpoints?.kubeletEndpoint?.Port
  return port ? [port, healthPort] : [healthPort]
}

behaviour('KATA-UPSTREAM-031', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ server: httpServer(runtimeClass, page) }),
  async check(context) {
    const { pods, runtimeClass, finding, expect } = context
    const { server } = pods
    await expectInVm(context, server)
    const { ok, text } = await httpUntil(server, '127.0.0.1', httpPort)
    expect(ok, `the page in the pod itself (${text})`).to.equal(true)

    const end = endOf(await server.forward(httpPort, request))
    finding(`port-forward to the port of the pod's server: ${end}`)
    // A pod of the default runtime listens in the namespace that is dialled.
    const ends = ['the server of the pod', ...(runtimeClass === undefined ? [] : nowhere)]
    expect(end, `what answers port-forward to ${httpPort}`).to.be.oneOf(ends)
    for (const port of await kubeletPorts(context, server.node)) {
      const answer = endOf(await server.forward(port, request))
      expect(
        answer,
        `what answers port-forward to ${port}, where the node's kubelet listens and nothing of the pod`,
      ).to.be.oneOf(nowhere)
    }
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'port-forward-dials-the-node': "where the node's kubelet listens and nothing of the pod",
  },
})
