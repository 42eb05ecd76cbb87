import type { NodeProbe } from '../node/nodeProbe.ts'
import { unknown, type Fact } from './fact.ts'

/** Why nothing is known of a node that has no probe. */
export const noProbe = 'only the node probe can tell, and this node has none'

/** A fact that the node probe tells; unknown without a probe, or with what kept it from being read. */
export async function probed<T>(
  probe: NodeProbe | null,
  ask: (probe: NodeProbe) => Promise<Fact<T>>,
): Promise<Fact<T>> {
  if (!probe) return unknown(noProbe)
  try {
    return await ask(probe)
  } catch (error) {
    return unknown(`the node probe failed: ${(error as Error).message}`)
  }
}
