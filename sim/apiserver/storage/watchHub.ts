import type { KubeObject } from '../../kubeObject.ts'
import type { Change } from './collection.ts'

/** What a watch selects, for the index of the hub. The predicate decides; scope only narrows who is asked. */
export interface WatchScope {
  namespace: string
  name: string | null
  nodeName: string | null
  deliver: (change: Change) => void
}

/**
 * The watches of one kind, indexed by what most of them select: a thousand kubelets that each watch the pods of their own
 * node cost one look-up a change, not a thousand comparisons.
 */
export interface WatchHub {
  add(scope: WatchScope): () => void
  publish(change: Change): void
  readonly size: number
}

export function createWatchHub(): WatchHub {
  const buckets = new Map<string, Set<WatchScope>>()
  let size = 0
  const deliver = (key: string, change: Change) => {
    const bucket = buckets.get(key)
    if (bucket !== undefined) for (const scope of bucket) scope.deliver(change)
  }
  return {
    get size() {
      return size
    },
    add(scope) {
      const key = bucketOf(scope)
      const bucket = buckets.get(key) ?? new Set()
      buckets.set(key, bucket)
      bucket.add(scope)
      size++
      return () => {
        if (!bucket.delete(scope)) return
        size--
        if (bucket.size === 0 && buckets.get(key) === bucket) buckets.delete(key)
      }
    },
    publish(change) {
      if (size === 0) return
      const { metadata } = change.revision.object
      deliver('all', change)
      if (metadata.namespace !== undefined) deliver(`namespace ${metadata.namespace}`, change)
      deliver(`name ${metadata.name}`, change)
      const node = nodeOf(change.revision.object)
      deliver(`node ${node}`, change)
      const before = change.previous === null ? node : nodeOf(change.previous.object)
      if (before !== node) deliver(`node ${before}`, change)
    },
  }
}

function bucketOf(scope: WatchScope): string {
  if (scope.nodeName !== null) return `node ${scope.nodeName}`
  if (scope.name !== null) return `name ${scope.name}`
  return scope.namespace === '' ? 'all' : `namespace ${scope.namespace}`
}

const nodeOf = (object: KubeObject): string => (object['spec'] as { nodeName?: string } | undefined)?.nodeName ?? ''
