import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { sharedReading } from './sharedReading.ts'

/** On a cluster of two nodes an arm ends every 60 ms: with this pause half of the readings serve, and an arm waits 50 ms for its own. */
const EVERY_MS = 100

/** What the API server has of pods and nodes from the question on. Throws ApiError. */
export interface GroundReadings {
  /** The pods of a namespace by name. */
  podsOf(namespace: string): Promise<ReadonlyMap<string, KubeObject>>
  /** Null when there is none, 'forbidden' when it may not be read. */
  node(name: string): Promise<KubeObject | null | 'forbidden'>
}

export function createGroundReadings(cluster: Pick<Cluster, 'find' | 'list'>): GroundReadings {
  return {
    podsOf: sharedReading(async (namespace) => {
      const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace })
      return new Map(pods.map((pod) => [pod.metadata.name ?? '', pod]))
    }, EVERY_MS),
    node: sharedReading(async (name) => {
      try {
        return await cluster.find({ apiVersion: 'v1', kind: 'Node', name })
      } catch (error) {
        if ((error as { code?: unknown }).code === 403) return 'forbidden'
        throw error
      }
    }, EVERY_MS),
  }
}
