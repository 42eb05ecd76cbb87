import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { WaitError } from '../../helpers/cluster/waitError.ts'
import { NODE_USE } from '../cluster/labels.ts'

type Use = 'shared' | 'exclusive'

/** How several shards share one node: all but the first say when they work on it; the first can have it alone. */
export interface NodeHold {
  /** A later shard's: resolves when it may start arms. The first shard's resolves at once. */
  enter(): Promise<void>
  /** The first shard's: resolves when none of the others works on the node, nor will before this run has ended. */
  alone(): Promise<void>
}

/** Shards that wait for each other wait at most as long as a run may take, ms. */
const longestMs = 12 * 3600 * 1000

const nobodyElse: NodeHold = { enter: () => Promise.resolve(), alone: () => Promise.resolve() }

/**
 * Both sides write what they do to their own namespace before they read what the other does, so one of them sees the other (Dekker's algorithm; the API
 * server's reads are linearizable). Where both do, the later shard steps back: the first one has work that can be done in no other way. A namespace that is
 * gone is a shard that has ended, however it ended.
 * @param namespaces of the shards of the node, by order; `own` is one of them
 */
export function createNodeHold(deps: {
  readonly cluster: Cluster
  readonly namespaces: readonly string[]
  readonly own: string
  readonly signal: AbortSignal
}): NodeHold {
  const { cluster, namespaces, own, signal } = deps
  const [first = own, ...later] = namespaces
  if (later.length === 0) return nobodyElse
  const ref = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', name })

  const say = (use: Use | null): Promise<KubeObject> =>
    cluster.patch(ref(own), { metadata: { annotations: { [NODE_USE]: use } } }, { type: 'merge', signal })

  /** Resolves when the namespace does not say so any longer, or is gone. */
  async function noLonger(name: string, use: Use): Promise<void> {
    const found = await cluster.find(ref(name), { signal })
    if (!found || useOf(found) !== use) return
    const { uid = '' } = found.metadata
    const what = `the node left by shard ${name}`
    await cluster
      .waitFor({ ...ref(name), uid }, (object) => useOf(object) !== use, { signal, timeoutMs: longestMs, what })
      .catch((error: unknown) => {
        if (!(error instanceof WaitError && error.end === 'deleted')) throw error
      })
  }

  let holding: Promise<void> | null = null
  return {
    async enter() {
      if (own === first) return
      for (;;) {
        await say('shared')
        const holder = await cluster.find(ref(first), { signal })
        if (!holder || useOf(holder) !== 'exclusive') return
        await say(null)
        await noLonger(first, 'exclusive')
      }
    },
    alone() {
      holding ??= say('exclusive').then(async () => {
        await Promise.all(later.map((name) => noLonger(name, 'shared')))
      })
      return holding
    },
  }
}

const useOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[NODE_USE]
