import type { KubeObject } from '../../kubeObject.ts'
import type { Revision } from './revision.ts'
import type { WatchHub } from './watchHub.ts'

/** A change of one object, shared by all watches that see it. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly version: number
  /** After the change; for a deletion the last state with the deletion's version. */
  readonly revision: Revision
  readonly previous: Revision | null
}

/** All objects of one kind, sorted by key, with the recent changes. */
export interface Collection {
  readonly byKey: Map<string, Revision>
  /** Sorted; changes only when objects come and go. */
  readonly keys: string[]
  readonly history: Change[]
  /** Changes up to this version are forgotten. */
  forgotten: number
  readonly hub: WatchHub
}

/** Objects are kept in the order of etcd's keys: namespace, then name. */
export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`

export const keyOfObject = (object: KubeObject): string => keyOf(object.metadata.namespace, object.metadata.name)

/** First index whose key is not below the given one. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** The index range of a namespace ('' for all). */
export function rangeOf(keys: readonly string[], namespace: string): [number, number] {
  if (namespace === '') return [0, keys.length]
  return [lowerBound(keys, `${namespace}/`), lowerBound(keys, `${namespace}0`)]
}
