import type { Clock } from '../clock.ts'
import { KubeApiError, type KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { conditionsOf } from '../controllers/objectViews.ts'
import { nodeConditions } from './nodeObject.ts'
import { microTimestamp, pauseUnlessAborted } from './timers.ts'

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
const LEASE_SECONDS = 40
/** Heartbeats: the lease each 10 s, the status each 5 minutes when nothing changes (kubelet defaults). */
const RENEW_MS = 10_000
const REPORT_MS = 300_000

/** Creates the Node, or takes over one of that name; its status is the kubelet's, its labels and taints stay. */
export async function registerNode(client: KubeClient, node: KubeObject): Promise<KubeObject> {
  try {
    return await client.create('/api/v1/nodes', node)
  } catch (error) {
    if (!(error instanceof KubeApiError) || error.code !== 409) throw error
  }
  const path = `/api/v1/nodes/${node.metadata.name}`
  await client.patch(
    path,
    { metadata: { labels: node.metadata.labels, annotations: node.metadata.annotations } },
    'application/merge-patch+json',
  )
  return client.patch(`${path}/status`, { status: node['status'] as unknown }, 'application/merge-patch+json')
}

/** Keeps lease and conditions fresh until aborted. Under a clock that skips time both are written once. */
export async function keepAlive(
  client: KubeClient,
  clock: Clock,
  node: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const { name, uid } = node.metadata
  let readySince = readySinceOf(node) ?? clock.now()
  let reportedAt = clock.now()
  let lease = await createLease(client, clock, name, uid)
  if (!Number.isFinite(clock.speed)) return
  let wasAway = false
  while (await pauseUnlessAborted(clock, RENEW_MS, signal)) {
    try {
      lease = await client.update(`${LEASES}/${name}`, {
        ...lease,
        spec: { ...(lease?.['spec'] as object | undefined), renewTime: microTimestamp(clock.now()) },
      } as KubeObject)
    } catch {
      lease = await createLease(client, clock, name, uid)
      wasAway = true
      if (lease === null) continue
    }
    if (clock.now() - reportedAt < REPORT_MS && !wasAway) continue
    if (wasAway) readySince = await readyAgainSince(client, clock, name)
    const reported = await client
      .patch(
        `/api/v1/nodes/${name}/status`,
        { status: { conditions: nodeConditions(clock.now(), readySince, true) } },
        'application/merge-patch+json',
      )
      .catch(() => null)
    if (reported === null) continue
    wasAway = false
    reportedAt = clock.now()
  }
}

/** Conditions that were called unknown meanwhile change now; the others keep their time. */
async function readyAgainSince(client: KubeClient, clock: Clock, name: string): Promise<number> {
  const node = await client.get(`/api/v1/nodes/${name}`).catch(() => null)
  return (node && readySinceOf(node)) ?? clock.now()
}

/** Ms since the epoch; null while it is not Ready. */
function readySinceOf(node: KubeObject): number | null {
  const ready = conditionsOf(node).find(({ type }) => type === 'Ready')
  return (ready?.status === 'True' && Date.parse(ready.lastTransitionTime ?? '')) || null
}

async function createLease(
  client: KubeClient,
  clock: Clock,
  name: string,
  uid: string | undefined,
): Promise<KubeObject | null> {
  const lease: KubeObject = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease', ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTimestamp(clock.now()) },
  }
  try {
    return await client.create(LEASES, lease)
  } catch {
    // there already, or the API is away: the next heartbeat tries again
    return client.get(`${LEASES}/${name}`).catch(() => null)
  }
}
