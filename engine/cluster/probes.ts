import type { Cluster } from '../../helpers/cluster/cluster.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { startNodeProbe } from '../../helpers/node/startNodeProbe.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import type { RunOptions } from '../options.ts'
import { runLabels } from './labels.ts'
import type { Ledger } from './ledger.ts'
import type { RunNamespaces } from './namespaces.ts'
import { nodesToProbe } from './nodesToProbe.ts'

export interface Probes {
  /** Null when the node has no probe. */
  on(node: string): NodeProbe | null
  /** Throws when the node has no probe. */
  require(node: string): NodeProbe
  /** Why nodes have no probe. */
  readonly notes: readonly string[]
}

/** Starts a probe on every Kata node that the run may use, all at once. A node whose probe does not start is noted, not fatal. */
export async function startProbes(deps: {
  readonly cluster: Cluster
  /** As the API alone gives them. */
  readonly facts: ClusterFacts
  readonly ledger: Ledger
  readonly namespaces: RunNamespaces
  readonly options: RunOptions
  readonly images: ImageResolver
  readonly signal: AbortSignal
}): Promise<Probes> {
  const { cluster, facts, ledger, namespaces, options, images, signal } = deps
  const probes = new Map<string, NodeProbe>()
  const notes: string[] = []
  const namespace = namespaces.privileged
  if (!options.nodeProbe) notes.push('no node probe: --no-probe')
  else if (namespace === null)
    notes.push('no node probe: the suite may not make a namespace of Pod Security level privileged')
  else {
    await Promise.all(
      nodesToProbe(facts, options.nodes, notes).map(async (node) => {
        try {
          const { probe } = await startNodeProbe(cluster, {
            namespace,
            node,
            labels: runLabels(options.runId),
            image: images.resolve('busybox'),
            signal,
            created: (pod) => ledger.created({ ...pod, apiVersion: 'v1', kind: 'Pod' }),
          })
          probes.set(node, probe)
        } catch (error) {
          notes.push(`no node probe on ${node}: ${(error as Error).message}`)
        }
      }),
    )
  }
  return {
    notes,
    on: (node) => probes.get(node) ?? null,
    require(node) {
      const probe = probes.get(node)
      if (!probe) throw new Error(`node ${node} has no probe`)
      return probe
    },
  }
}
