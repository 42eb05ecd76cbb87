import { FactUnknownError } from '../facts/armFacts.ts'
import type { ContainerdConfig } from '../node/containerdConfig.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'

/**
 * containerd's configuration on a node. Throws FactUnknownError where it lies in none of the known places, or the node has another runtime: that nothing
 * was read says nothing of its handlers.
 */
export async function containerdOf(node: NodeProbe): Promise<ContainerdConfig> {
  const found = await node.containerd()
  if (found === null) throw new FactUnknownError("containerd's configuration", `${node.node} has none in a known place`)
  return found
}
