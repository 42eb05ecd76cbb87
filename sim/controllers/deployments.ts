import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { timestamp } from '../kubelet/timers.ts'
import { createEventRecorder, type EventRecorder } from '../kubelet/eventRecorder.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { beyondHistory, firstAnnotations, numberRevisions, revisionOf } from './deploymentRevisions.ts'
import { objectKey } from './informer.ts'
import { controllerOf, controllerReference } from './kinds.ts'
import { timedConditions, writeStatus } from './ownStatus.ts'
import { createWorkQueue } from './workQueue.ts'
import { workloadOf, workloadStatusOf } from './objectViews.ts'
import { templateHash } from './templateHash.ts'

const DEPLOYMENTS = '/apis/apps/v1/deployments'
const REPLICA_SETS = '/apis/apps/v1/replicasets'

/** A ReplicaSet for each template of a Deployment, scaled over by its strategy. */
export function startDeployments(context: ControllerContext): Controller {
  const { informers } = context
  const events = createEventRecorder(context.client, context.clock, { component: 'deployment-controller' })
  const queue = createWorkQueue(context.clock, async (key) => {
    const deployment = informers.cache(DEPLOYMENTS).get(key)
    if (!deployment || deployment.metadata.deletionTimestamp) return
    const sets = [...informers.cache(REPLICA_SETS).values()].filter(
      (set) => controllerOf(set)?.uid === deployment.metadata.uid,
    )
    if (workloadOf(deployment).paused) return tellPaused(context, deployment)
    const hash = templateHash(workloadOf(deployment).template)
    const current =
      sets.find((set) => set.metadata.labels?.['pod-template-hash'] === hash) ??
      (await createSet(context, deployment, hash, 1 + Math.max(0, ...sets.map(revisionOf))))
    const old = sets.filter((set) => set !== current && set.metadata.labels?.['pod-template-hash'] !== hash)
    const numbered = await numberRevisions(context, deployment, current, old)
    await rollOut({ ...context, events }, numbered, current, old)
    await tellStatus(context, numbered, current, old)
    for (const { metadata } of beyondHistory(deployment, old))
      await context.client
        .delete(`/apis/apps/v1/namespaces/${metadata.namespace}/replicasets/${metadata.name}`, { uid: metadata.uid! })
        .catch(() => undefined)
  })
  informers.listen(DEPLOYMENTS, { upsert: (deployment) => queue.add(objectKey(deployment)) })
  const ofSet = (set: KubeObject) => {
    const owner = controllerOf(set)
    if (owner?.kind === 'Deployment') queue.add(`${set.metadata.namespace}/${owner.name}`)
  }
  informers.listen(REPLICA_SETS, { upsert: ofSet, remove: ofSet })
  return { stop: () => queue.stop() }
}

type RollOut = ControllerContext & { events: EventRecorder }

/** While it is paused nothing is rolled out, and its status says that the pause was seen. */
async function tellPaused({ client }: ControllerContext, deployment: KubeObject): Promise<void> {
  const { name, namespace } = deployment.metadata
  await writeStatus(client, `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, deployment, {
    ...(deployment['status'] as object),
    observedGeneration: deployment.metadata['generation'],
  })
}

/** Pods beyond the wanted ones while it rolls out. */
function surgeOf(deployment: KubeObject): number {
  const { strategy, replicas: wanted = 1 } = workloadOf(deployment)
  return strategy?.type === 'Recreate' ? 0 : share(strategy?.rollingUpdate?.maxSurge ?? '25%', wanted, Math.ceil)
}

async function createSet(
  context: ControllerContext,
  deployment: KubeObject,
  hash: string,
  revision: number,
): Promise<KubeObject> {
  const { namespace, name } = deployment.metadata
  const template = structuredClone(workloadOf(deployment).template)
  const labels = { ...template.metadata?.labels, 'pod-template-hash': hash }
  const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace: namespace!,
      labels,
      annotations: firstAnnotations(revision, workloadOf(deployment).replicas ?? 1, surgeOf(deployment)),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: {
        ...workloadOf(deployment).selector,
        matchLabels: { ...workloadOf(deployment).selector?.matchLabels, 'pod-template-hash': hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
  try {
    return await context.client.create(path, set)
  } catch (error) {
    if (error instanceof KubeApiError && error.code === 409) return context.client.get(`${path}/${set.metadata.name}`)
    throw error
  }
}

const replicas = (set: KubeObject): number => workloadOf(set).replicas ?? 0
const available = (set: KubeObject): number => workloadStatusOf(set).availableReplicas ?? 0

/** RollingUpdate within maxSurge and maxUnavailable; Recreate takes the old ones down first. */
async function rollOut(
  context: RollOut,
  deployment: KubeObject,
  current: KubeObject,
  old: KubeObject[],
): Promise<void> {
  const wanted = workloadOf(deployment).replicas ?? 1
  const strategy = workloadOf(deployment).strategy ?? {}
  const oldTotal = old.reduce((sum, set) => sum + replicas(set), 0)
  if (strategy.type === 'Recreate') {
    for (const set of old) if (replicas(set) > 0) await scale(context, deployment, set, 0)
    if (old.every((set) => (workloadStatusOf(set).replicas ?? 0) === 0 && replicas(set) === 0))
      await scale(context, deployment, current, wanted)
    return
  }
  const surge = surgeOf(deployment)
  const unavailable =
    share(strategy.rollingUpdate?.maxUnavailable ?? '25%', wanted, Math.floor) || (surge === 0 ? 1 : 0)
  const room = wanted + surge - oldTotal - replicas(current)
  const target = replicas(current) > wanted ? wanted : Math.min(wanted, replicas(current) + Math.max(0, room))
  await scale(context, deployment, current, target)
  let spare = available(current) + old.reduce((sum, set) => sum + available(set), 0) - (wanted - unavailable)
  for (const set of old) {
    // replicas that are not available are of no use to anybody
    const useless = replicas(set) - available(set)
    const cut = Math.min(replicas(set), useless + Math.max(0, Math.min(available(set), spare)))
    spare -= cut - useless
    if (cut > 0) await scale(context, deployment, set, replicas(set) - cut)
  }
}

function share(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseFloat(value) / 100) * of)
}

async function scale(
  { client, events }: RollOut,
  deployment: KubeObject,
  set: KubeObject,
  count: number,
): Promise<void> {
  const before = replicas(set)
  if (before === count) return
  await client.patch(
    `/apis/apps/v1/namespaces/${set.metadata.namespace}/replicasets/${set.metadata.name}`,
    { spec: { replicas: count } },
    'application/merge-patch+json',
  )
  const direction = before < count ? 'up' : 'down'
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${count}`
  events.event(deployment, 'Normal', 'ScalingReplicaSet', message)
}

async function tellStatus(
  context: ControllerContext,
  deployment: KubeObject,
  current: KubeObject,
  old: KubeObject[],
): Promise<void> {
  const wanted = workloadOf(deployment).replicas ?? 1
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas') =>
    [current, ...old].reduce((total, set) => total + (workloadStatusOf(set)[field] ?? 0), 0)
  const total = sum('replicas')
  const ready = sum('availableReplicas')
  const updated = workloadStatusOf(current).replicas ?? 0
  const complete = updated === wanted && total === wanted && ready === wanted
  const enough =
    ready >= wanted - share(workloadOf(deployment).strategy?.rollingUpdate?.maxUnavailable ?? '25%', wanted, Math.floor)
  const { name, namespace } = deployment.metadata
  await writeStatus(context.client, `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, deployment, {
    observedGeneration: deployment.metadata['generation'],
    replicas: total,
    updatedReplicas: updated,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: ready,
    unavailableReplicas: Math.max(0, wanted - ready),
    conditions: timedConditions(deployment, timestamp(context.clock.now()), [
      enough
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      complete
        ? {
            type: 'Progressing',
            status: 'True',
            reason: 'NewReplicaSetAvailable',
            message: `ReplicaSet "${current.metadata.name}" has successfully progressed.`,
          }
        : {
            type: 'Progressing',
            status: 'True',
            reason: 'ReplicaSetUpdated',
            message: `ReplicaSet "${current.metadata.name}" is progressing.`,
          },
    ]),
  })
}
