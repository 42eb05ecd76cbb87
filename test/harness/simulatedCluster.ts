import {
  startSimulatedCluster,
  type SimulatedCluster,
  type SimulatedClusterOptions,
} from '../../cli/simulatedCluster.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'

export interface Target {
  readonly kubeconfig: string
  readonly cluster: Cluster
  /** Namespaces and RuntimeClasses with the suite's label, as `Kind/name`. */
  made(): Promise<string[]>
  close(): Promise<void>
}

/** One simulated cluster without latencies for all child processes of a test file. */
export async function startTarget(
  options: Partial<Pick<SimulatedClusterOptions, 'scenario' | 'audit'>> = {},
): Promise<Target> {
  const simulation: SimulatedCluster = await startSimulatedCluster({ scenario: 'small', speed: Infinity, ...options })
  const cluster = await connect({ kubeconfig: simulation.kubeconfig })
  const kinds = [
    { apiVersion: 'v1', kind: 'Namespace' },
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  ]
  return {
    kubeconfig: simulation.kubeconfig,
    cluster,
    async made() {
      const lists = await Promise.all(
        kinds.map((kind) => cluster.list({ ...kind, labelSelector: 'app.kubernetes.io/managed-by=kata-conformance' })),
      )
      return lists.flatMap((list, index) => list.map((each) => `${kinds[index]?.kind}/${nameOf(each)}`)).sort()
    },
    async close() {
      await cluster.close()
      await simulation.close()
    },
  }
}

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? ''
