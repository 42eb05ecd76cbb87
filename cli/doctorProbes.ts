import type { Cluster, KubeObject } from '../helpers/cluster/cluster.ts'
import type { ClusterFacts } from '../helpers/facts/facts.ts'
import type { NodeProbe } from '../helpers/node/nodeProbe.ts'
import { onEachNode } from '../helpers/node/onEachNode.ts'
import { startNodeProbe, type RunningProbe } from '../helpers/node/startNodeProbe.ts'
import { checkAccess } from '../engine/access/checkAccess.ts'
import { newRunId, runLabels } from '../engine/cluster/labels.ts'
import { nodesToProbe } from '../engine/cluster/nodesToProbe.ts'

export interface DoctorProbes {
  readonly on: (node: string) => NodeProbe | null
  /** Why nodes have no probe. */
  readonly notes: readonly string[]
  /** Whether the namespace could be made; undefined when it was not tried. */
  readonly privilegedNamespace: boolean | undefined
}

const doctorAccess = { command: 'doctor', probe: true, nodeChanges: false } as const

/**
 * One probe on each Kata node, in a namespace of Pod Security level privileged that goes with them. Hands them to `use` and removes
 * the namespace whatever happens, also when `signal` aborts. Throws what `use` throws; a probe that does not start is a note.
 */
export async function withProbes<T>(
  cluster: Cluster,
  facts: ClusterFacts,
  options: {
    readonly namespacePrefix: string
    readonly nodes: readonly string[]
    readonly image?: string
    readonly signal: AbortSignal
  },
  use: (probes: DoctorProbes) => Promise<T>,
): Promise<T> {
  const runId = newRunId()
  const labels = runLabels(runId)
  const manifest: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: `${options.namespacePrefix}-doctor-${runId}`,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' },
    },
  }
  let created: KubeObject
  try {
    await checkAccess(cluster, doctorAccess, 'cluster')
    created = await cluster.create(manifest)
  } catch (error) {
    const note = `no node probe: ${(error as Error).message}`
    return use({ on: () => null, notes: [note], privilegedNamespace: false })
  }
  const running = new Map<string, RunningProbe>()
  try {
    return await use(await start(cluster, facts, manifest.metadata.name ?? '', labels, options, running))
  } finally {
    // At once: the namespace controller waits five seconds before it looks (namespaceDeletionGracePeriod), and again if it finds pods.
    const pods = [...running.values()].map((each) => each.remove())
    await Promise.all([removeNamespace(cluster, created), Promise.allSettled(pods)])
  }
}

async function start(
  cluster: Cluster,
  facts: ClusterFacts,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  {
    nodes: chosen,
    image,
    signal,
  }: { readonly nodes: readonly string[]; readonly image?: string; readonly signal: AbortSignal },
  running: Map<string, RunningProbe>,
): Promise<DoctorProbes> {
  const notes: string[] = []
  try {
    await checkAccess(cluster, doctorAccess, { own: namespace })
  } catch (error) {
    notes.push(`no node probe: ${(error as Error).message}`)
    return { on: () => null, notes, privilegedNamespace: true }
  }
  await cluster.waitFor({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }, () => true, {
    signal,
    timeoutMs: 30_000,
    what: `the default ServiceAccount of namespace ${namespace}`,
  })
  const nodes = nodesToProbe(facts, chosen, notes)
  await onEachNode(
    nodes,
    async (node) => {
      try {
        const options = { namespace, node, labels, signal, ...(image === undefined ? {} : { image }) }
        running.set(node, await startNodeProbe(cluster, options))
      } catch (error) {
        notes.push((error as Error).message)
      }
    },
    signal,
  )
  return { on: (node) => running.get(node)?.probe ?? null, notes, privilegedNamespace: true }
}

/** Waits for the end: a second run must not find it half gone. Without the caller's signal, which may have been the reason to stop. */
async function removeNamespace(cluster: Cluster, { metadata }: KubeObject): Promise<void> {
  const ref = {
    apiVersion: 'v1',
    kind: 'Namespace',
    name: metadata.name ?? '',
    ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
  }
  await cluster.delete(ref)
  await cluster.waitForDeleted(ref, { timeoutMs: 60_000, what: `namespace ${ref.name} gone` })
}
