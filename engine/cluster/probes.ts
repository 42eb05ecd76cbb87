import { ApiError } from '../../helpers/cluster/apiError.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { findInList } from '../../helpers/cluster/objects.ts'
import { onEachNode } from '../../helpers/node/onEachNode.ts'
import { startNodeProbe } from '../../helpers/node/startNodeProbe.ts'
import { disruptionOf } from '../../helpers/pods/podDisruption.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import { pullSecretName } from '../../helpers/pods/pullSecret.ts'
import type { RunOptions } from '../options.ts'
import { isLost } from '../plan/isLost.ts'
import { noRoom } from '../plan/noRoom.ts'
import { brokenProbe } from './brokenProbe.ts'
import { runLabels } from './labels.ts'
import { lastingProbe, type StartedProbe } from './lastingProbe.ts'
import type { Ledger } from './ledger.ts'
import type { RunNamespaces } from './namespaces.ts'
import { nodesToProbe } from './nodesToProbe.ts'

export interface Probes {
  /** Null when the node has no probe. */
  on(node: string): NodeProbe | null
  /** Throws when the node has no probe. */
  require(node: string): NodeProbe
  /** In the order of the nodes' names. */
  all(): readonly NodeProbe[]
  /** Why nodes have no probe. */
  readonly notes: readonly string[]
}

interface Dependencies {
  readonly cluster: Cluster
  /** As the API alone gives them. */
  readonly facts: ClusterFacts
  readonly ledger: Ledger
  readonly namespaces: RunNamespaces
  readonly options: RunOptions
  readonly images: ImageResolver
  readonly signal: AbortSignal
}

/** Starts a probe on every Kata node that the run may use, on some of them at once. A node whose probe does not start is noted, not fatal. */
export async function startProbes(deps: Dependencies): Promise<Probes> {
  const { facts, namespaces, options } = deps
  const probes = new Map<string, NodeProbe>()
  const notes: string[] = []
  const namespace = namespaces.privileged
  if (!options.nodeProbe) notes.push('no node probe: --no-probe')
  // Without a namespace there is none, which the facts' warnings tell with what the cluster said.
  else if (namespace !== null) {
    for (const node of facts.nodes) {
      const why = isLost(node) ? node.schedulable.how : noRoom(node)
      if (why !== null && node.kata.value !== false) probes.set(node.name, brokenProbe(node.name, why))
    }
    await onEachNode(nodesToProbe(facts, options.nodes, notes), async (node) => {
      const start = () =>
        startProbe(deps, namespace, node).catch((error: unknown) =>
          isRefusal(error) ? Promise.reject(error as Error) : startProbe(deps, namespace, node),
        )
      try {
        deps.signal.throwIfAborted()
        probes.set(node, lastingProbe(await start(), start))
      } catch (error) {
        notes.push(`no node probe on ${node}: ${(error as Error).message}`)
        // What the cluster refuses is a need that is not met; everything else keeps us from knowing.
        if (!isRefusal(error)) probes.set(node, brokenProbe(node, (error as Error).message))
      }
    })
  }
  return {
    notes,
    on: (node) => probes.get(node) ?? null,
    all: () => [...probes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, probe]) => probe),
    require(node) {
      const probe = probes.get(node)
      if (!probe) throw new Error(`node ${node} has no probe`)
      return probe
    },
  }
}

/** The cluster answered, and does not want a probe. */
const isRefusal = (error: unknown): boolean => error instanceof ApiError && [403, 422].includes(error.code)

let started = 0

async function startProbe(
  { cluster, ledger, options, images, signal }: Dependencies,
  namespace: string,
  node: string,
): Promise<StartedProbe> {
  started += 1
  const { probe, pod } = await startNodeProbe(cluster, {
    namespace,
    node,
    // With a name of its own its creation can be repeated when the answer is lost.
    name: `node-probe-${started}`,
    labels: runLabels(options.runId),
    image: images.resolve('busybox'),
    ...(images.pullConfig === undefined ? {} : { imagePullSecrets: [pullSecretName] }),
    signal,
    created: (made) => ledger.created({ ...made, apiVersion: 'v1', kind: 'Pod' }),
  })
  return {
    probe,
    async isThere() {
      const now = await findInList(cluster.list)({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod.name })
      return now !== null && now.metadata.uid === pod.uid && disruptionOf(now) === null
    },
  }
}
