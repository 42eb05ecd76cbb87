import { setMaxListeners } from 'node:events'
import type { Cluster } from '../helpers/cluster/cluster.ts'
import type { DetectOptions } from '../helpers/facts/detectFacts.ts'
import type { ClusterFacts } from '../helpers/facts/facts.ts'
import { chosen } from './chosen.ts'
import { onSignals } from './signals.ts'

/** Which cluster is looked at, and how: flags of `doctor` and `profile detect`. */
export interface LookOptions {
  kubeconfig?: string
  context?: string
  /** Only these nodes get a probe; empty: every Kata node. */
  node: string[]
  /** --no-probe: ask the API only. */
  probe: boolean
  probeImage?: string
  namespacePrefix: string
}

/**
 * Connects, and closes the connection whatever comes; SIGINT, SIGTERM and SIGHUP abort the signal, so that probes are removed. Throws KubeconfigError (2),
 * ApiError (3), and what `use` throws.
 */
export async function onCluster<T>(
  options: Pick<LookOptions, 'kubeconfig' | 'context'>,
  use: (cluster: Cluster, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { connect } = await import('../helpers/cluster/connect.ts')
  const cluster = await connect(chosen({ kubeconfig: options.kubeconfig, context: options.context }))
  const stop = new AbortController()
  // Every wait of every probe listens to it.
  setMaxListeners(0, stop.signal)
  const removeSignalHandlers = onSignals(
    (signal) => stop.abort(Object.assign(new Error(`stopped by ${signal}`), { exitCode: 130 })),
    'the probe is being removed',
  )
  try {
    return await use(cluster, stop.signal)
  } finally {
    await cluster.close()
    removeSignalHandlers()
  }
}

/** What is known of the cluster, by the API and, unless it is not wanted, by a probe on each Kata node which is removed again. */
export async function probedFacts(
  cluster: Cluster,
  options: LookOptions,
  given: Pick<DetectOptions, 'declared' | 'declarations' | 'declaredVersion' | 'storageClasses'>,
  signal: AbortSignal,
): Promise<{ readonly facts: ClusterFacts; readonly notes: readonly string[] }> {
  const { detectFacts } = await import('../helpers/facts/detectFacts.ts')
  const { withProbes } = await import('./doctorProbes.ts')
  const fromApi = await detectFacts(cluster, { ...given, probes: () => null })
  if (!options.probe) return { facts: fromApi, notes: ['no node probe: --no-probe'] }
  const wanted = {
    namespacePrefix: options.namespacePrefix,
    nodes: options.node,
    signal,
    ...(options.probeImage === undefined ? {} : { image: options.probeImage }),
  }
  const found = await withProbes(cluster, fromApi, wanted, async ({ on, notes, privilegedNamespace }) => ({
    facts: await detectFacts(cluster, {
      ...given,
      probes: on,
      ...(privilegedNamespace === undefined ? {} : { privilegedNamespace }),
    }),
    notes,
  }))
  signal.throwIfAborted()
  return found
}
