import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { CHANGED_NODES, type ChangedNodes, RUN_LABEL, runLabels, runSelector } from './labels.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { sweepNode } from '../../helpers/node/sweepNode.ts'
import { nodeTag } from '../../helpers/node/workshopPod.ts'

export interface Leftover {
  readonly kind: string
  readonly name: string
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
): Promise<{ found: readonly Leftover[]; left: readonly string[] }> {
  const found: Leftover[] = []
  const left: string[] = []
  for (const { apiVersion, kind } of kinds) {
    const objects = await cluster.list({ apiVersion, kind, labelSelector: runSelector(runId) })
    await Promise.all(
      objects.map(async ({ metadata }) => {
        const name = metadata.name ?? ''
        found.push({ kind, name })
        if (dryRun) return
        const unswept = kind === 'Namespace' ? await sweepChangedNodes(cluster, { metadata }, found) : []
        left.push(...unswept)
        // The namespace says what is left to sweep: it stays until that is done.
        if (unswept.length > 0) return
        const ref = { apiVersion, kind, name, ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) }
        try {
          await cluster.delete(ref)
          await cluster.waitForDeleted(ref, { timeoutMs, what: `${kind} ${name} gone` })
        } catch {
          left.push(`${kind}/${name}`)
        }
      }),
    )
  }
  return { found, left }
}

/** Removes from nodes what the run of this namespace made there. Returns `Node/<name>` of those that could not be swept. */
async function sweepChangedNodes(
  cluster: Cluster,
  { metadata }: Pick<KubeObject, 'metadata'>,
  found: Leftover[],
): Promise<readonly string[]> {
  const { name: namespace = '', annotations, labels } = metadata
  const changed = annotations?.[CHANGED_NODES]
  const runId = labels?.[RUN_LABEL] ?? ''
  if (changed === undefined || runId === '') return []
  const { nodes, image } = JSON.parse(changed) as ChangedNodes
  const left = await Promise.all(
    nodes.map(async (node) => {
      try {
        const run = await startWorkshop(cluster, { namespace, node, image, labels: runLabels(runId) })
        for (const what of await sweepNode(run, node, nodeTag(runId))) found.push({ kind: `Node/${node}`, name: what })
        return []
      } catch {
        found.push({ kind: 'Node', name: node })
        return [`Node/${node}`]
      }
    }),
  )
  return left.flat()
}
