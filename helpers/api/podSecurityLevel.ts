import type { ReadApi } from '../behaviour.ts'
import { FactUnknownError } from '../facts/armFacts.ts'

const label = 'pod-security.kubernetes.io/enforce'

/** The Pod Security level that a namespace says is enforced; null where it says none and the cluster's default holds. Throws when it is not there, and FactUnknownError when it may not be read. */
export async function enforcedLevel(api: ReadApi, namespace: string): Promise<string | null> {
  const object = await api.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 403) throw error
    throw new FactUnknownError(`the Pod Security level of ${namespace}`, (error as Error).message)
  })
  if (!object) throw new Error(`namespace ${namespace} is not there`)
  const { labels } = (object.metadata ?? {}) as { labels?: Record<string, string> }
  return labels?.[label] ?? null
}
