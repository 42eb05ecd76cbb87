import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { timestamp } from './timers.ts'

export interface EventRecorder {
  /** Tells of an object; a repetition raises the count of the first event instead. Never throws and is never waited for. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void
  /** The object is gone: its events are not repeated any more. */
  forget(uid: string): void
  /** Resolves when all events told so far have been written or refused. */
  flushed(): Promise<void>
}

interface Known {
  name: string
  count: number
  /** Writes about one event follow each other. */
  tail: Promise<void>
}

let serial = 0

/** Events as client-go's recorder and correlator write them: one object per (object, type, reason, message), counted. */
export function createEventRecorder(
  client: KubeClient,
  clock: Clock,
  source: { component: string; host?: string },
): EventRecorder {
  const known = new Map<string, Map<string, Known>>()
  const inFlight = new Set<Promise<void>>()

  const write = (
    path: string,
    entry: Known,
    about: KubeObject,
    type: string,
    reason: string,
    message: string,
    fieldPath?: string,
  ): Promise<void> => {
    const now = timestamp(clock.now())
    if (entry.count > 1)
      return client
        .patch(`${path}/${entry.name}`, { count: entry.count, lastTimestamp: now }, 'application/merge-patch+json')
        .then(done, done)
    return client
      .create(path, {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: entry.name, namespace: about.metadata.namespace ?? 'default' },
        involvedObject: {
          kind: about.kind,
          ...(about.metadata.namespace ? { namespace: about.metadata.namespace } : {}),
          name: about.metadata.name,
          uid: about.metadata.uid,
          apiVersion: about.apiVersion,
          resourceVersion: about.metadata.resourceVersion,
          ...(fieldPath ? { fieldPath } : {}),
        },
        reason,
        message,
        type,
        source,
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        eventTime: null,
        reportingComponent: source.component,
        reportingInstance: source.host ?? '',
      })
      .then(done, done)
  }

  return {
    event(about, type, reason, message, fieldPath) {
      const path = `/api/v1/namespaces/${about.metadata.namespace ?? 'default'}/events`
      const uid = about.metadata.uid ?? about.metadata.name
      const ofObject = known.get(uid) ?? new Map<string, Known>()
      known.set(uid, ofObject)
      const key = `${type} ${reason} ${fieldPath} ${message}`
      const before = ofObject.get(key)
      serial += 1
      const entry: Known = before ?? {
        name: `${about.metadata.name}.${(BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(serial % 1_000_000)).toString(16)}`,
        count: 0,
        tail: Promise.resolve(),
      }
      entry.count += 1
      ofObject.set(key, entry)
      const count = entry.count
      const written = entry.tail.then(() => write(path, { ...entry, count }, about, type, reason, message, fieldPath))
      entry.tail = written
      inFlight.add(written)
      void written.then(() => inFlight.delete(written))
    },
    forget: (uid) => void known.delete(uid),
    async flushed() {
      while (inFlight.size) await Promise.all(inFlight)
    },
  }
}

/** An event that cannot be written is dropped, as client-go drops it: a namespace that is going refuses new objects. */
function done(): void {}
