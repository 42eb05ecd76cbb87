import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { microTimestamp } from '../kubelet/timers.ts'

/** Events of the scheduler: those of events.k8s.io, which have eventTime and series where the kubelet's have times and a count. */
export interface SchedulerEvents {
  tell(pod: KubeObject, type: 'Normal' | 'Warning', reason: string, action: string, note: string): void
  forget(uid: string): void
}

export function createSchedulerEvents(client: KubeClient, clock: Clock, component: string): SchedulerEvents {
  const known = new Map<string, { name: string; note: string; count: number; tail: Promise<unknown> }>()
  let serial = 0
  return {
    tell(pod, type, reason, action, note) {
      const path = `/api/v1/namespaces/${pod.metadata.namespace}/events`
      const uid = pod.metadata.uid!
      const now = microTimestamp(clock.now())
      const before = known.get(uid)
      if (before?.note === note) {
        before.count += 1
        const series = { count: before.count, lastObservedTime: now }
        before.tail = before.tail
          .then(() => client.patch(`${path}/${before.name}`, { series }, 'application/merge-patch+json'))
          .catch(() => {})
        return
      }
      serial += 1
      const name = `${pod.metadata.name}.${(BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(serial % 1_000_000)).toString(16)}`
      const tail = client
        .create(path, {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace: pod.metadata.namespace! },
          involvedObject: {
            kind: 'Pod',
            namespace: pod.metadata.namespace,
            name: pod.metadata.name,
            uid,
            apiVersion: 'v1',
            resourceVersion: pod.metadata.resourceVersion,
          },
          reason,
          message: note,
          type,
          action,
          source: {},
          firstTimestamp: null,
          lastTimestamp: null,
          eventTime: now,
          reportingComponent: component,
          reportingInstance: `${component}-simulated`,
        })
        .catch(() => {})
      known.set(uid, { name, note, count: 1, tail })
    },
    forget: (uid) => void known.delete(uid),
  }
}
