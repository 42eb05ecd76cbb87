import { randomBytes } from 'node:crypto'
import type { KubeObject } from '../kubeObject.ts'
import { createEventRecorder, type EventRecorder } from '../kubelet/eventRecorder.ts'
import type { ControllerContext } from './controllerContext.ts'
import { controllerOf, controllerReference } from './kinds.ts'
import { conditionsOf, phaseOf, workloadOf } from './objectViews.ts'

export const PODS = '/api/v1/pods'

/** Pods by the controller that made them. */
export interface OwnedPods {
  of(owner: KubeObject): KubeObject[]
  /** Makes a pod from the owner's template; tells of it as the controller does. Throws what the API says. */
  create(owner: KubeObject, change?: (pod: KubeObject) => void): Promise<KubeObject>
  delete(owner: KubeObject, pod: KubeObject): Promise<void>
  /** Tells of the owner as the controller does. */
  tell(owner: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void
}

/** @param component name in events. @param onChange told the owner of a pod that changed */
export function createOwnedPods(
  context: ControllerContext,
  kind: string,
  component: string,
  onChange: (ownerKey: string) => void,
): OwnedPods {
  const byOwner = new Map<string, Map<string, KubeObject>>()
  const events: EventRecorder = createEventRecorder(context.client, context.clock, { component })
  const track = (pod: KubeObject, present: boolean) => {
    const owner = controllerOf(pod)
    if (owner?.kind !== kind) return
    const pods = byOwner.get(owner.uid) ?? new Map<string, KubeObject>()
    if (present) pods.set(pod.metadata.uid!, pod)
    else pods.delete(pod.metadata.uid!)
    if (pods.size) byOwner.set(owner.uid, pods)
    else byOwner.delete(owner.uid)
    onChange(`${pod.metadata.namespace}/${owner.name}`)
  }
  context.informers.listen(PODS, { upsert: (pod) => track(pod, true), remove: (pod) => track(pod, false) })
  return {
    of: (owner) => [...(byOwner.get(owner.metadata.uid!)?.values() ?? [])],
    async create(owner, change) {
      const pod = podFromTemplate(owner)
      change?.(pod)
      try {
        const created = await context.client.create(`/api/v1/namespaces/${owner.metadata.namespace}/pods`, pod)
        track(created, true)
        events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
        return created
      } catch (error) {
        events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${(error as Error).message}`)
        throw error
      }
    },
    tell: (owner, type, reason, message) => events.event(owner, type, reason, message),
    async delete(owner, pod) {
      await context.client
        .delete(`/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`, { uid: pod.metadata.uid! })
        .catch(() => {})
      events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
    },
  }
}

function podFromTemplate(owner: KubeObject): KubeObject {
  const { metadata, spec } = workloadOf(owner).template
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...structuredClone(metadata ?? {}),
      name: `${owner.metadata.name}-${randomSuffix()}`,
      namespace: owner.metadata.namespace!,
      ownerReferences: [controllerReference(owner)],
    },
    spec: structuredClone(spec),
  }
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** As apimachinery's rand.String: no vowels, no digits that look like letters. */
export function randomSuffix(length = 5): string {
  return [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

export const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(phaseOf(pod) ?? '')
export const isActive = (pod: KubeObject): boolean => !isOver(pod) && !pod.metadata.deletionTimestamp
export function isPodReady(pod: KubeObject): boolean {
  return conditionsOf(pod).some((condition) => condition.type === 'Ready' && condition.status === 'True')
}
