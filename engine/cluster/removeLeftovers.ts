import type { Cluster, KubeObject, ObjectRef } from '../../helpers/cluster/cluster.ts'
import { CHANGED_NODES, type ChangedNodes, RUN_LABEL, runLabels, runSelector } from './labels.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { sweepNode } from '../../helpers/node/sweepNode.ts'
import { nodeTag } from '../../helpers/node/workshopPod.ts'

export interface Leftover {
  readonly kind: string
  readonly name: string
  /** Why it could not be removed; null when it is gone, or would go. */
  readonly why: string | null
}

const kinds = [
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  { apiVersion: 'v1', kind: 'Namespace' },
]

/**
 * Removes what the suite made, found by its two labels: RuntimeClasses, and namespaces with all that is in them (pods live nowhere else).
 * What runs made on nodes is swept first. Deletion is by UID: an object that was replaced in the meantime is left alone.
 */
export async function removeLeftovers(
  cluster: Cluster,
  { runId, dryRun, timeoutMs }: { runId?: string; dryRun: boolean; timeoutMs: number },
): Promise<readonly Leftover[]> {
  const found: Leftover[] = []
  for (const { apiVersion, kind } of kinds) {
    const objects = await cluster.list({ apiVersion, kind, labelSelector: runSelector(runId) })
    await Promise.all(
      objects.map(async ({ metadata }) => {
        const name = metadata.name ?? ''
        const ref = { apiVersion, kind, name, ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) }
        const swept = kind === 'Namespace' && !dryRun ? await sweepChangedNodes(cluster, { metadata }) : []
        found.push(...swept)
        // The namespace says what is left to sweep: it stays until that is done.
        const unswept = swept.find(({ why }) => why !== null)
        const stays = unswept === undefined ? null : `node ${unswept.name} could not be swept`
        found.push({ kind, name, why: dryRun ? null : (stays ?? (await remove(cluster, ref, timeoutMs))) })
      }),
    )
  }
  return found
}

/** Null when it is gone, else why not. A RuntimeClass is gone at once: nothing holds it, and nobody need be allowed to watch it. */
async function remove(cluster: Cluster, ref: ObjectRef & { uid?: string }, timeoutMs: number): Promise<string | null> {
  try {
    await cluster.delete(ref)
    if (ref.kind !== 'RuntimeClass')
      await cluster.waitForDeleted(ref, { timeoutMs, what: `${ref.kind} ${ref.name} gone` })
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** Removes from nodes what the run of this namespace made there, and says what that was, or which node could not be swept and why. */
async function sweepChangedNodes(
  cluster: Cluster,
  { metadata }: Pick<KubeObject, 'metadata'>,
): Promise<readonly Leftover[]> {
  const { name: namespace = '', annotations, labels } = metadata
  const changed = annotations?.[CHANGED_NODES]
  const runId = labels?.[RUN_LABEL] ?? ''
  if (changed === undefined || runId === '') return []
  const { nodes, image } = JSON.parse(changed) as ChangedNodes
  const swept = await Promise.all(
    nodes.map(async (node): Promise<Leftover[]> => {
      try {
        const run = await startWorkshop(cluster, { namespace, node, image, labels: runLabels(runId) })
        const removed = await sweepNode(run, node, nodeTag(runId))
        return removed.map((name) => ({ kind: `Node/${node}`, name, why: null }))
      } catch (error) {
        return [{ kind: 'Node', name: node, why: (error as Error).message }]
      }
    }),
  )
  return swept.flat()
}
