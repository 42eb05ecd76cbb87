import { FactUnknownError } from '../facts/armFacts.ts'
import { hypervisorTable } from '../facts/classOnNode.ts'
import type { NodeProbe } from './nodeProbe.ts'

/**
 * A key of the hypervisor's table in a handler's effective configuration; undefined when it is not set. Throws FactUnknownError when the handler has no
 * configuration of Kata on the node.
 */
export async function hypervisorKey(node: NodeProbe, handler: string, key: string): Promise<unknown> {
  const toml = await node.effectiveToml(handler)
  if (toml === null)
    throw new FactUnknownError(`${key} of ${handler}`, `no configuration of Kata for it on ${node.node}`)
  return hypervisorTable(toml.values)?.table[key]
}
