import { hypervisorTable } from '../facts/classOnNode.ts'
import type { NodeProbe } from './nodeProbe.ts'

/**
 * A key of the hypervisor's table in a handler's effective configuration; undefined when it is not set, and a sentence that says so when the handler has
 * no configuration of Kata on the node.
 */
export async function hypervisorKey(node: NodeProbe, handler: string, key: string): Promise<unknown> {
  const toml = await node.effectiveToml(handler)
  if (toml === null) return `${handler} has no configuration of Kata on ${node.node}`
  return hypervisorTable(toml.values)?.table[key]
}
