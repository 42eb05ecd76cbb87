import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { kataLabel } from '../facts/kataNode.ts'

const items = async (api: ReadApi, path: string): Promise<readonly KubeObject[]> =>
  ((await api.raw(path)) as { items: KubeObject[] }).items

/** Value of the label katacontainers.io/kata-runtime by node; nodes without it are not in it. */
export async function kataLabelOfNodes(api: ReadApi): Promise<ReadonlyMap<string, string>> {
  const nodes = await items(api, '/api/v1/nodes')
  return new Map(
    nodes.flatMap(({ metadata }) => {
      const value = metadata.labels?.[kataLabel]
      return value === undefined ? [] : [[metadata.name ?? '', value] as const]
    }),
  )
}

/** Handlers that each node's container runtime reports to its kubelet (status.runtimeHandlers, Kubernetes 1.30 and later); null where it reports none. */
export async function reportedHandlers(api: ReadApi): Promise<ReadonlyMap<string, readonly string[] | null>> {
  const nodes = await items(api, '/api/v1/nodes')
  return new Map(
    nodes.map((node) => {
      const { runtimeHandlers } = (node['status'] ?? {}) as { runtimeHandlers?: { name: string }[] }
      return [node.metadata.name ?? '', runtimeHandlers?.map(({ name }) => name) ?? null]
    }),
  )
}

/** Labels of a namespace. Listed, not got: the suite has that right anyway. */
export async function namespaceLabels(api: ReadApi, name: string): Promise<Readonly<Record<string, string>>> {
  const found = await items(api, `/api/v1/namespaces?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`)
  return found[0]?.metadata.labels ?? {}
}
