import type { CheckContext } from '../behaviour.ts'
import type { PodHandle } from '../pods/podHandle.ts'
import { expectInVm } from './inVirtualMachine.ts'

/** What the Go shim says where the runtime names the node's own namespace, as CRI-O does (katautils/network_linux.go). */
const refusal = 'Host networking requested, not supported by runtime'

interface NodeInfo {
  readonly containerRuntimeVersion?: string
}

type Context = Pick<CheckContext<string, unknown>, 'api' | 'expect' | 'finding' | 'runtimeClass'>

/**
 * containerd names no network namespace for such a pod, and the shim makes an empty one. CRI-O names the node's, which the shim refuses: upstream does not
 * support hostNetwork, so that is no less conformant there. Returns false then.
 */
export async function startedOnHostNetwork(context: Context, pod: PodHandle): Promise<boolean> {
  const { api, expect, finding } = context
  if (pod.outcome === 'ready') {
    await expectInVm(context, pod)
    return true
  }
  const node = await api.find({ apiVersion: 'v1', kind: 'Node', name: pod.node })
  const { containerRuntimeVersion = '' } = ((node?.['status'] ?? {}) as { nodeInfo?: NodeInfo }).nodeInfo ?? {}
  const wanted = containerRuntimeVersion.startsWith('cri-o') ? refusal : 'nothing: it starts'
  expect(pod.failure?.message ?? pod.outcome, 'why a pod with hostNetwork does not start').to.include(wanted)
  finding(`a pod with hostNetwork is refused: ${refusal}`)
  return false
}
