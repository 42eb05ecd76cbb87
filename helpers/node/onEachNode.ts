import { createLimit } from '../cluster/limit.ts'
import type { NodeProbe } from './nodeProbe.ts'

/** Nodes that something is done on at once: it takes little of each, but a cluster may have thousands. */
const nodesAtOnce = 16
/** Calls of all probes together: a few for each of these nodes. */
const callsAtOnce = 64

/**
 * Does something on every node, on sixteen at a time; those whose turn has not come when the signal aborts are left out. Returns when all that was begun has ended.
 * @throws the first of their errors, and the signal's reason
 */
export async function onEachNode<Node>(
  nodes: readonly Node[],
  work: (node: Node) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const limit = createLimit(nodesAtOnce)
  const ended = await Promise.allSettled(nodes.map((node) => limit('', signal, () => work(node))))
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
  signal?.throwIfAborted()
}

/** Makes probes whose calls, of all of them together, wait for their turn. */
export function patientProbes(): (probe: NodeProbe) => NodeProbe {
  const limit = createLimit(callsAtOnce)
  return (probe) =>
    new Proxy(probe, {
      get(target, property): unknown {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        return (...given: unknown[]): Promise<unknown> =>
          limit('', undefined, () => Reflect.apply(value, target, given) as Promise<unknown>)
      },
    })
}
