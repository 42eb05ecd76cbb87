import type { Cluster, KubeObject, ObjectRef } from '../../helpers/cluster/cluster.ts'
import { MAKER } from '../../helpers/cluster/objects.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { sweepNode } from '../../helpers/node/sweepNode.ts'
import { CHANGED_NODES, type ChangedNodes, RUN_LABEL, runLabels, runSelector } from './labels.ts'

export interface Leftover {
  readonly kind: string
  readonly name: string
  /** Why it could not be removed; null when it is gone, or would go. */
  readonly why: string | null
}

interface Kind {
  readonly apiVersion: string
  readonly kind: string
  /** Its resource, when only runs inside the cluster or with node changes make it: whoever may not list them has made none. */
  readonly unlessForbidden?: string
  /** Of an extension, which not every cluster has. */
  readonly unlessAbsent?: boolean
}

const RBAC = 'rbac.authorization.k8s.io/v1'

/** In the order of their removal: what runs, what it was given, what it made. */
const kinds: readonly Kind[] = [
  { apiVersion: 'batch/v1', kind: 'Job', unlessForbidden: 'jobs' },
  { apiVersion: 'v1', kind: 'ConfigMap', unlessForbidden: 'configmaps' },
  { apiVersion: 'v1', kind: 'ServiceAccount', unlessForbidden: 'serviceaccounts' },
  { apiVersion: RBAC, kind: 'ClusterRoleBinding', unlessForbidden: 'clusterrolebindings' },
  { apiVersion: RBAC, kind: 'ClusterRole', unlessForbidden: 'clusterroles' },
  { apiVersion: RBAC, kind: 'RoleBinding', unlessForbidden: 'rolebindings' },
  { apiVersion: RBAC, kind: 'Role', unlessForbidden: 'roles' },
  { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', unlessForbidden: 'clusterpolicies', unlessAbsent: true },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  { apiVersion: 'v1', kind: 'Namespace' },
  // A volume is protected until its claim is gone, which goes with its namespace.
  { apiVersion: 'v1', kind: 'PersistentVolume', unlessForbidden: 'persistentvolumes' },
]

/**
 * Removes what the suite made, found by its two labels: RuntimeClasses, namespaces with all that is in them (pods live nowhere else), and what a
 * run inside the cluster needs. What runs made on nodes is swept first. Deletion is by UID: an object that was replaced in the meantime
 * is left alone.
 * @param options.maker only what was made by this one (labels are the same for every run of this id)
 */
export async function removeLeftovers(
  cluster: Cluster,
  { runId, maker, dryRun, timeoutMs }: { runId?: string; maker?: string; dryRun: boolean; timeoutMs: number },
): Promise<readonly Leftover[]> {
  const found: Leftover[] = []
  for (const { apiVersion, kind, unlessForbidden, unlessAbsent } of kinds) {
    if (unlessAbsent && !(await isServed(cluster, apiVersion))) continue
    if (unlessForbidden && !(await cluster.may('list', { ...groupOf(apiVersion), resource: unlessForbidden }))) continue
    const labelled = await cluster.list({ apiVersion, kind, labelSelector: runSelector(runId) })
    const objects = labelled.filter(({ metadata }) => maker === undefined || metadata.annotations?.[MAKER] === maker)
    await Promise.all(
      objects.map(async ({ metadata }) => {
        const { uid, namespace } = metadata
        const ref = { apiVersion, kind, namespace, name: metadata.name ?? '', ...(uid === undefined ? {} : { uid }) }
        const name = namespace === undefined ? ref.name : `${namespace}/${ref.name}`
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

/** `batch/v1` is of the group batch; `v1` of none. */
function groupOf(apiVersion: string): { group?: string } {
  const [group, version] = apiVersion.split('/')
  return group === undefined || version === undefined ? {} : { group }
}

/** Throws ApiError when nobody answers. */
async function isServed(cluster: Cluster, apiVersion: string): Promise<boolean> {
  try {
    await cluster.raw(`/apis/${apiVersion}`)
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return false
    throw error
  }
}

/** Null when it is gone, else why not. Of a namespace the end is awaited; the others go at once, or with their pods, and nobody need be allowed to watch them. */
async function remove(cluster: Cluster, ref: ObjectRef & { uid?: string }, timeoutMs: number): Promise<string | null> {
  try {
    await cluster.delete(ref)
    if (ref.kind === 'Namespace') await cluster.waitForDeleted(ref, { timeoutMs, what: `${ref.kind} ${ref.name} gone` })
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
  const { nodes, image, tag } = JSON.parse(changed) as ChangedNodes
  const swept = await Promise.all(
    nodes.map(async (node): Promise<Leftover[]> => {
      try {
        const run = await startWorkshop(cluster, { namespace, node, image, labels: runLabels(runId) })
        const removed = await sweepNode(run, node, tag)
        return removed.map((name) => ({ kind: `Node/${node}`, name, why: null }))
      } catch (error) {
        return [{ kind: 'Node', name: node, why: (error as Error).message }]
      }
    }),
  )
  return swept.flat()
}
