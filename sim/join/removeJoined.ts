import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { ownSelector } from './ownLabel.ts'

const NODES = '/api/v1/nodes'
const CLASSES = '/apis/node.k8s.io/v1/runtimeclasses'
const DAEMON_SETS = '/apis/apps/v1/daemonsets'
/** What kata-deploy has beside its DaemonSet, in its namespace (which goes with the namespace, unless that is kube-system)… */
const NAMESPACED = ['/apis/batch/v1:jobs', '/api/v1:configmaps', '/api/v1:serviceaccounts']
/** … and in the cluster. */
const RIGHTS = ['clusterrolebindings', 'clusterroles'].map((plural) => `/apis/rbac.authorization.k8s.io/v1/${plural}`)
const NAMESPACES = '/api/v1/namespaces'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** Real ms for a namespace to go: its controller works through every kind there is. */
const REMOVAL_MS = 60_000
/** Removals under way at once. */
const AT_ONCE = 32

/**
 * Removes kata-deploy as a joined simulation made it, and waits until it is gone.
 * @param options.kubelets false when they are gone: nobody else would end the pods
 */
export async function removeKataDeploy(client: KubeClient, options: { kubelets: boolean }): Promise<void> {
  for (const { metadata } of await ownObjects(client, DAEMON_SETS))
    await remove(client, `/apis/apps/v1/namespaces/${metadata.namespace}/daemonsets/${metadata.name}`, {
      propagationPolicy: 'Background',
    })
  for (const [api = '', plural = ''] of NAMESPACED.map((each) => each.split(':')))
    for (const { metadata } of await ownObjects(client, `${api}/${plural}`))
      await remove(client, `${api}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`, {
        propagationPolicy: 'Background',
      })
  for (const path of RIGHTS)
    for (const { metadata } of await ownObjects(client, path)) await remove(client, `${path}/${metadata.name}`)
  for (const { metadata } of await ownObjects(client, NAMESPACES)) {
    const path = `${NAMESPACES}/${metadata.name}`
    await remove(client, path)
    if (!options.kubelets) {
      const pods = (await client.list(`${path}/pods`)).items
      await each(pods, (pod) => remove(client, `${path}/pods/${pod.metadata.name}`, { gracePeriodSeconds: 0 }))
    }
    await gone(client, metadata.name)
  }
}

/** Removes nodes with their leases, and RuntimeClasses. Pods on the nodes are left to the pod garbage collector. */
export async function removeNodes(client: KubeClient): Promise<void> {
  await each(await ownObjects(client, NODES), async ({ metadata: { name } }) => {
    await remove(client, `${NODES}/${name}`)
    await remove(client, `${LEASES}/${name}`)
  })
  for (const { metadata } of await ownObjects(client, CLASSES)) await remove(client, `${CLASSES}/${metadata.name}`)
}

/** What a simulation left that could not clean up: names, for whoever is told. Nothing when there is none. */
export async function removeLeftovers(client: KubeClient): Promise<string[]> {
  const left: string[] = []
  for (const [kind, path] of [
    ['node', NODES],
    ['RuntimeClass', CLASSES],
    ['namespace', NAMESPACES],
  ] as const)
    left.push(...(await ownObjects(client, path)).map(({ metadata }) => `${kind} ${metadata.name}`))
  if (left.length === 0) return left
  await removeNodes(client)
  await removeKataDeploy(client, { kubelets: false })
  return left
}

const ownObjects = async (client: KubeClient, path: string): Promise<KubeObject[]> =>
  (await client.list(path, ownSelector)).items

async function remove(
  client: KubeClient,
  path: string,
  options: Parameters<KubeClient['delete']>[1] = {},
): Promise<void> {
  try {
    await client.delete(path, options)
  } catch (error) {
    // gone already, or a namespace that is going
    if (!(error instanceof KubeApiError && [404, 409].includes(error.code))) throw error
  }
}

async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function gone(client: KubeClient, namespace: string): Promise<void> {
  const fieldSelector = `metadata.name=${namespace}`
  const { items, resourceVersion } = await client.list(NAMESPACES, { fieldSelector })
  if (items.length === 0) return
  const enough = new AbortController()
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(REMOVAL_MS)])
  for await (const { type } of client.watch(NAMESPACES, { resourceVersion, fieldSelector, signal })) {
    if (type !== 'DELETED') continue
    enough.abort()
    return
  }
  throw new Error(`namespace ${namespace} was not gone within ${REMOVAL_MS / 1000} s after its removal`)
}
