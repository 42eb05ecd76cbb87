import type { KubeObject } from '../../kubeObject.ts'
import { freezeJson } from '../json.ts'
import type { Kind } from '../kinds.ts'
import { keyOfObject, lowerBound } from './collection.ts'
import type { Change, Collection } from './collection.ts'
import { revisionOf } from './revision.ts'
import type { Revision } from './revision.ts'
import { createWatchHub } from './watchHub.ts'

/** Changes kept a kind; a watch from an older version gets 410 Expired. */
const historyLength = 4096

/** The storage of all objects: one version counter, as etcd has one revision. Every write is atomic: nothing here awaits. */
export interface Store {
  /** The version of the last write. */
  readonly version: number
  of(kind: Pick<Kind, 'group' | 'plural' | 'viewOf'>): Collection
  /** Creates or replaces; sets metadata.resourceVersion. */
  put(kind: Kind, object: KubeObject): Revision
  /** Answers the removed object, with the version of the removal. */
  remove(kind: Kind, object: KubeObject): Revision
}

export function createStore(firstVersion = 1): Store {
  const collections = new Map<string, Collection>()
  let version = firstVersion

  const of: Store['of'] = (kind) => {
    const id = kind.viewOf ?? `${kind.group}/${kind.plural}`
    let collection = collections.get(id)
    if (collection === undefined) {
      collection = { byKey: new Map(), keys: [], history: [], forgotten: 0, hub: createWatchHub() }
      collections.set(id, collection)
    }
    return collection
  }
  const stamp = (object: KubeObject): Revision => {
    version++
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    return revisionOf(freezeJson(stamped), version)
  }
  const record = (collection: Collection, change: Change) => {
    collection.history.push(change)
    if (collection.history.length >= historyLength * 2) {
      const dropped = collection.history.splice(0, historyLength)
      collection.forgotten = (dropped.at(-1) as Change).version
    }
    collection.hub.publish(change)
  }
  return {
    get version() {
      return version
    },
    of,
    put(kind, object) {
      const collection = of(kind)
      const key = keyOfObject(object)
      const previous = collection.byKey.get(key) ?? null
      const revision = stamp(object)
      collection.byKey.set(key, revision)
      if (previous === null) collection.keys.splice(lowerBound(collection.keys, key), 0, key)
      record(collection, {
        type: previous === null ? 'ADDED' : 'MODIFIED',
        version: revision.version,
        revision,
        previous,
      })
      return revision
    },
    remove(kind, object) {
      const collection = of(kind)
      const key = keyOfObject(object)
      const previous = collection.byKey.get(key) ?? null
      const revision = stamp(object)
      if (previous === null) return revision
      collection.byKey.delete(key)
      collection.keys.splice(lowerBound(collection.keys, key), 1)
      record(collection, { type: 'DELETED', version: revision.version, revision, previous })
      return revision
    },
  }
}
