import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { kataDeployImage } from '../../helpers/facts/kataVersion.ts'
import { kataDeploySet } from './kataDeploySet.ts'
import type { UpgradeJournal } from './upgradeJournal.ts'

/** No DaemonSet that can be held: Job mode, or Kata came otherwise. */
export class NoCanaryError extends Error {
  override name = 'NoCanaryError'
}

async function daemonSet(cluster: Cluster): Promise<KubeObject> {
  const found = await kataDeploySet(cluster)
  if (found === null)
    throw new NoCanaryError('--canary-node needs kata-deploy’s DaemonSet, and there is none; leave the flag out')
  return { ...found, apiVersion: 'apps/v1', kind: 'DaemonSet' }
}

const refOf = ({ metadata }: KubeObject) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: metadata.namespace,
  name: metadata.name ?? '',
})

const strategyOf = (set: KubeObject) => (set['spec'] as { updateStrategy?: { type?: string } }).updateStrategy

const hold = (cluster: Cluster, set: KubeObject) =>
  cluster.patch(refOf(set), { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } }, { type: 'merge' })

/** From now on a node gets a new template only when its pod of kata-deploy is deleted. */
export async function holdOtherNodes(cluster: Cluster, journal: UpgradeJournal): Promise<void> {
  const set = await daemonSet(cluster)
  journal.write({
    event: 'note',
    text: `updateStrategy was ${strategyOf(set)?.type ?? 'RollingUpdate'}, and is OnDelete for the canary`,
  })
  await hold(cluster, set)
}

/**
 * Deletes the pod of kata-deploy on one node: the DaemonSet makes it anew from its new template. Where the command has set the strategy back, the nodes are
 * held again, and that is noted: one of them may have begun meanwhile (values updateStrategy.type=OnDelete avoid that).
 * @returns lets the other nodes follow, one after the other
 */
export async function updateOneNode(
  cluster: Cluster,
  journal: UpgradeJournal,
  node: string,
): Promise<() => Promise<void>> {
  const set = await daemonSet(cluster)
  if (strategyOf(set)?.type !== 'OnDelete') {
    journal.write({
      event: 'left-out',
      kind: 'canary alone',
      why: 'the command set updateStrategy back: give it updateStrategy.type=OnDelete; another node may have begun before it was held again',
    })
    await hold(cluster, set)
  }
  const { namespace = '' } = set.metadata
  const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace, fieldSelector: `spec.nodeName=${node}` })
  for (const pod of pods.filter((each) => kataDeployImage({ ...set, spec: { template: each } }) !== null))
    await cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod.metadata.name ?? '' })
  return async () => {
    await cluster.patch(refOf(set), { spec: { updateStrategy: { type: 'RollingUpdate' } } }, { type: 'merge' })
  }
}
