import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { runSelector } from './labels.ts'

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
 * Deletion is by UID: an object that was replaced in the meantime is left alone.
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
