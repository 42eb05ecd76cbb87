import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import type { RunSettings } from '../../../cli/runSettings.ts'
import type { FaultProxy } from '../proxy/faultProxy.ts'
import type { Upstream } from '../proxy/upstream.ts'

/** A cluster that disturbed runs are made on. */
export interface Target {
  readonly name: string
  /** Of the cluster itself, not by way of the proxy. */
  readonly kubeconfig: string
  upstream(): Upstream
  /** A client of its own, for what others do to the cluster, and to see what is left. */
  readonly cluster: Cluster
  /** Kills the API server; the result starts it again. By way of the proxy where the server lives in this process. */
  killApiServer(proxy: FaultProxy): Promise<() => Promise<void>>
  /** Silences a node; the result brings it back. Null: no node of this cluster may be touched. */
  readonly silenceNode: ((name: string, how: 'killed' | 'frozen') => Promise<() => Promise<void>>) | null
  /** How much longer than its plan says a node is away: the simulation's time runs faster. */
  readonly nodeTime: number
  /** What a run may take beside that when a node is away, ms. */
  readonly nodePatienceMs: number
  /** Images and the like that every run needs here. */
  readonly settings: Partial<RunSettings>
  close(): Promise<void>
}

const selector = 'app.kubernetes.io/managed-by=kata-conformance'
const kinds = [
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  { apiVersion: 'v1', kind: 'Pod' },
]

/** What the suite made and is still there, as `Kind namespace/name`. */
export async function leftIn(cluster: Cluster): Promise<string[]> {
  const lists = await Promise.all(kinds.map((kind) => cluster.list({ ...kind, labelSelector: selector })))
  return lists.flatMap((list, index) => list.map((object) => `${kinds[index]?.kind} ${nameOf(object)}`)).sort()
}

/** Pods that the suite has at the moment, its probes among them. */
export const podsOf = (cluster: Cluster): Promise<KubeObject[]> =>
  cluster.list({ apiVersion: 'v1', kind: 'Pod', labelSelector: selector })

export const nameOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? `${name}` : `${namespace}/${name}`
