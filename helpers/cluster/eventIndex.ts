import type { KubeObject } from './cluster.ts'
import { keyOf, type Watch } from './watch.ts'

/** What an event is about. */
interface Subject {
  uid?: string
  name: string
}

export interface EventIndex {
  readonly ready: Promise<void>
  /**
   * Events that name the object, oldest first; by UID when it is given, so that a namesake's are left out.
   * @param more as the server has just listed them: those that the watch has not brought yet are taken in
   */
  of(subject: Subject, more?: readonly KubeObject[]): readonly KubeObject[]
  /** Called at each new event of the object. Returns the way to stop that. */
  subscribe(subject: Subject, listener: () => void): () => void
}

/** Events by their subject, kept from the one watch of the namespace: a wait must not search all of them at each change. */
export function createEventIndex(watch: Watch): EventIndex {
  const byName = new Map<string, Map<string, KubeObject>>()
  const listeners = new Map<string, Set<() => void>>()

  function put(event: KubeObject, gone: boolean): void {
    const { name } = subjectOf(event)
    if (name === undefined) return
    const events = byName.get(name) ?? new Map<string, KubeObject>()
    byName.set(name, events)
    const key = keyOf(event.metadata)
    // An expired event (one hour by default) goes from the API, not from what was observed.
    if (!gone) events.set(key, event)
    for (const listener of [...(listeners.get(name) ?? [])]) listener()
  }

  for (const event of watch.objects.values()) put(event, false)
  watch.subscribe({ changed: put, ended: () => undefined })

  return {
    ready: watch.ready,
    of({ uid, name }, more = []) {
      const all = new Map(byName.get(name))
      for (const event of more) {
        const key = keyOf(event.metadata)
        if (isNewer(event, all.get(key))) all.set(key, event)
      }
      const events = [...all.values()]
      const meant = uid ? events.filter((event) => subjectOf(event).uid === uid) : events
      return meant.toSorted(inOrder)
    },
    subscribe({ name }, listener) {
      const those = listeners.get(name) ?? new Set()
      listeners.set(name, those.add(listener))
      return () => {
        those.delete(listener)
        if (those.size === 0 && listeners.get(name) === those) listeners.delete(name)
      }
    },
  }
}

const isNewer = (one: KubeObject, other: KubeObject | undefined): boolean =>
  Number(one.metadata.resourceVersion ?? 0) >= Number(other?.metadata.resourceVersion ?? 0)

const subjectOf = (event: KubeObject): Partial<Subject> => event['involvedObject'] ?? {}

/** By time in whole seconds, which is all that most reporters give, then by the order in which they were written. */
export function inOrder(one: KubeObject, other: KubeObject): number {
  const seconds = Math.floor(timeOf(one) / 1000) - Math.floor(timeOf(other) / 1000)
  return seconds || Number(one.metadata.resourceVersion ?? 0) - Number(other.metadata.resourceVersion ?? 0)
}

interface Times {
  series?: { lastObservedTime?: string } | null
  lastTimestamp?: string | null
  eventTime?: string | null
}

/** When an event was last seen, ms since 1970. Old and new reporters fill different fields. */
export function timeOf(event: KubeObject): number {
  const { series, lastTimestamp, eventTime, metadata } = event as KubeObject & Times
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0
}
