import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import type { ObjectHandle } from './objectHandle.ts'

/** The pods that a controller of the suite has made, by the labels that it selects. */
export async function controlledPods(
  api: ReadApi,
  { namespace, object }: ObjectHandle,
): Promise<readonly KubeObject[]> {
  const { selector } = object['spec'] as { selector?: { matchLabels?: Record<string, string> } }
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels.join(','))}`
  return ((await api.raw(path)) as { items: KubeObject[] }).items
}

/** What the first container of such a pod has written so far. */
export async function logOf(api: ReadApi, { metadata }: KubeObject): Promise<string> {
  return String(await api.raw(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log`))
}
