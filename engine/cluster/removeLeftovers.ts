import { ApiError } from '../../helpers/cluster/apiError.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { sweepNode } from '../../helpers/node/sweepNode.ts'
import { nodeTag } from '../../helpers/node/workshopPod.ts'
import { CHANGED_NODES, type ChangedNodes, RUN_LABEL, runLabels, runSelector } from './labels.ts'

export interface Leftover {
  readonly kind: string
  readonly name: string
}

interface Kind {
  readonly apiVersion: string
  readonly kind: string
  /** Made by runs inside the cluster only: whoever may not list them has made none. */
  readonly byJobs?: true
}

/** In the order of their removal: what runs, what it was given, what it made. */
const kinds: readonly Kind[] = [
  { apiVersion: 'batch/v1', kind: 'Job', byJobs: true },
  { apiVersion: 'v1', kind: 'ConfigMap', byJobs: true },
  { apiVersion: 'v1', kind: 'ServiceAccount', byJobs: true },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', byJobs: true },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', byJobs: true },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  { apiVersion: 'v1', kind: 'Namespace' },
]

/** Waited for until they are gone; the others go at once, or with their pods. */
const lingering = new Set(['RuntimeClass', 'Namespace'])

/**
 * Removes what the suite made, found by its two labels: RuntimeClasses, namespaces with all that is in them (pods live nowhere else), and what a
 * run inside the cluster needs. What runs made on nodes is swept first. Deletion is by UID: an object that was replaced in the meantime
 * is left alone.
 */
export async function removeLeftovers(
  cluster: Cluster,
  { runId, dryRun, timeoutMs }: { runId?: string; dryRun: boolean; timeoutMs: number },
): Promise<{ found: readonly Leftover[]; left: readonly string[] }> {
  const found: Leftover[] = []
  const left: string[] = []
  for (const { apiVersion, kind, byJobs } of kinds) {
    const objects = await cluster
      .list({ apiVersion, kind, labelSelector: runSelector(runId) })
      .catch((error: unknown) => {
        if (byJobs && error instanceof ApiError && error.code === 403) return []
        throw error
      })
    await Promise.all(
      objects.map(async ({ metadata }) => {
        const name = metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name}`
        found.push({ kind, name })
        if (dryRun) return
        const unswept = kind === 'Namespace' ? await sweepChangedNodes(cluster, { metadata }, found) : []
        left.push(...unswept)
        // The namespace says what is left to sweep: it stays until that is done.
        if (unswept.length > 0) return
        const { uid, namespace } = metadata
        const ref = { apiVersion, kind, namespace, name: metadata.name ?? '', ...(uid === undefined ? {} : { uid }) }
        try {
          await cluster.delete(ref)
          if (lingering.has(kind)) await cluster.waitForDeleted(ref, { timeoutMs, what: `${kind} ${name} gone` })
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
