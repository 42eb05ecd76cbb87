import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import type { RunInWorkshop } from './createNodeChanges.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import { workshopPodManifest } from './workshopPod.ts'

const START_MS = 60_000

/**
 * Starts the workshop pod of a node and waits until it runs. It goes with its namespace.
 * Throws NodeProbeError when it does not start, ApiError when the API server refuses it.
 */
export async function startWorkshop(
  cluster: Cluster,
  options: Parameters<typeof workshopPodManifest>[0] & { readonly created?: (pod: KubeObject) => void },
): Promise<RunInWorkshop> {
  const pod = await cluster.create(workshopPodManifest(options))
  options.created?.(pod)
  const { namespace, node } = options
  const { name = '', uid = '' } = pod.metadata
  try {
    await cluster.waitFor({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid }, isRunning, {
      timeoutMs: START_MS,
      what: 'running',
    })
  } catch (cause) {
    throw new NodeProbeError(node, `the workshop pod does not start: ${(cause as Error).message}`, { cause })
  }
  return (argv) => cluster.exec({ namespace, name }, argv)
}

const isRunning = (pod: KubeObject): boolean =>
  ((pod['status'] ?? {}) as { containerStatuses?: { ready?: boolean }[] }).containerStatuses?.[0]?.ready === true
