import type { KubeClient } from '../../../sim/kubeClient.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { conditionOf, statusOf } from '../../simulator/kubelet/seen.ts'
import type { RecordedEvent } from './recordedScenario.ts'

/** What the API showed of a namespace's pods, in order, and of their events. */
export interface History {
  /** Of every pod, by name: its states in order. */
  readonly states: ReadonlyMap<string, KubeObject[]>
  readonly gone: ReadonlySet<string>
  /** Events in the order of their first occurrence. */
  readonly events: readonly RecordedEvent[]
  latest(pod: string): KubeObject | undefined
  /** Resolves at the first change after which `holds` is true; false when the signal aborts before. */
  until(holds: () => boolean, signal: AbortSignal): Promise<boolean>
}

/** Follows pods and events of a namespace by watches until the signal aborts. */
export function follow(client: KubeClient, namespace: string, signal: AbortSignal): History {
  const states = new Map<string, KubeObject[]>()
  const gone = new Set<string>()
  const events = new Map<string, RecordedEvent>()
  const waiting = new Set<() => void>()
  const changed = () => {
    for (const check of waiting) check()
  }
  const watch = async (plural: string, take: (type: string, object: KubeObject) => void): Promise<void> => {
    const path = `/api/v1/namespaces/${namespace}/${plural}`
    const { resourceVersion } = await client.list(path)
    for await (const { type, object } of client.watch(path, { resourceVersion, signal })) {
      take(type, object)
      changed()
    }
  }
  const ended = () => undefined // the API server closed before the signal
  void watch('pods', (type, pod) => {
    const { name } = pod.metadata
    if (type === 'DELETED') gone.add(name)
    else states.set(name, [...(states.get(name) ?? []), pod])
  }).catch(ended)
  void watch('events', (_type, object) => {
    if (!events.has(object.metadata.name)) events.set(object.metadata.name, eventOf(object))
  }).catch(ended)
  return {
    states,
    gone,
    get events() {
      return [...events.values()]
    },
    latest: (pod) => states.get(pod)?.at(-1),
    until: (holds, stop) =>
      new Promise((resolve) => {
        const end = (held: boolean) => {
          waiting.delete(check)
          stop.removeEventListener('abort', onAbort)
          resolve(held)
        }
        const check = () => {
          if (holds()) end(true)
        }
        const onAbort = () => end(false)
        waiting.add(check)
        stop.addEventListener('abort', onAbort)
        check()
      }),
  }
}

function eventOf(object: KubeObject): RecordedEvent {
  const event = object as unknown as {
    type: string
    reason: string
    message?: string
    note?: string
    involvedObject: { kind: string; name: string }
    source?: { component?: string }
    reportingComponent?: string
    firstTimestamp?: string | null
    eventTime?: string | null
  }
  return {
    type: event.type,
    reason: event.reason,
    object: `${event.involvedObject.kind}/${event.involvedObject.name}`,
    message: event.message ?? '',
    component: event.source?.component || event.reportingComponent || '',
    first: event.firstTimestamp ?? event.eventTime ?? '',
  }
}

export const isReady = (pod: KubeObject | undefined): boolean =>
  pod !== undefined && conditionOf(pod, 'Ready')?.status === 'True'

export const isOver = (pod: KubeObject | undefined): boolean =>
  ['Succeeded', 'Failed'].includes(statusOf(pod ?? null).phase ?? '')
