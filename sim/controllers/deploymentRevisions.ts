import type { KubeObject } from '../kubeObject.ts'
import type { ControllerContext } from './controllerContext.ts'
import { workloadOf } from './objectViews.ts'

const REVISION = 'deployment.kubernetes.io/revision'
const HISTORY = 'deployment.kubernetes.io/revision-history'

export const revisionOf = (object: KubeObject): number => Number(object.metadata.annotations?.[REVISION] ?? 0)

/** What a ReplicaSet is annotated with when it is made. */
export const firstAnnotations = (revision: number, wanted: number, surge: number): Record<string, string> => ({
  'deployment.kubernetes.io/desired-replicas': String(wanted),
  'deployment.kubernetes.io/max-replicas': String(wanted + surge),
  [REVISION]: String(revision),
})

/**
 * The current ReplicaSet has the highest revision: one that is rolled back to gets a new number and remembers the old one; the Deployment has that
 * of its current ReplicaSet (deployment/util SetNewReplicaSetAnnotations, SetDeploymentRevision).
 * @returns the Deployment as it is now
 */
export async function numberRevisions(
  { client }: ControllerContext,
  deployment: KubeObject,
  current: KubeObject,
  old: readonly KubeObject[],
): Promise<KubeObject> {
  const { namespace, name } = deployment.metadata
  const before = revisionOf(current)
  const revision = Math.max(before, 1 + Math.max(0, ...old.map(revisionOf)))
  if (before !== revision) {
    const history = [current.metadata.annotations?.[HISTORY], before === 0 ? undefined : String(before)].filter(Boolean)
    const annotations = { [REVISION]: String(revision), ...(history.length ? { [HISTORY]: history.join(',') } : {}) }
    await client.patch(`/apis/apps/v1/namespaces/${namespace}/replicasets/${current.metadata.name}`, {
      metadata: { annotations },
    })
  }
  if (revisionOf(deployment) === revision) return deployment
  return client.patch(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, {
    metadata: { annotations: { [REVISION]: String(revision) } },
  })
}

/** Old ReplicaSets without replicas beyond the history that the Deployment keeps. */
export function beyondHistory(deployment: KubeObject, old: readonly KubeObject[]): KubeObject[] {
  const limit = workloadOf(deployment).revisionHistoryLimit ?? 10
  const idle = old.filter((set) => (workloadOf(set).replicas ?? 0) === 0 && !set.metadata.deletionTimestamp)
  return [...idle].sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, idle.length - limit))
}
