import { errorOfAnswer } from './apiError.ts'
import type { Cluster } from './cluster.ts'
import { createDiscovery } from './discovery.ts'
import { staleApis } from './staleApis.ts'
import { createExec } from './exec.ts'
import { createLogs } from './logs.ts'
import { findInList, objectCalls } from './objects.ts'
import { createForward } from './portForward.ts'
import { type Answer, type CallRecord, createTransport } from './transport.ts'
import { createWaits } from './waits.ts'
import { createWatchCache } from './watchCache.ts'

export interface ConnectOptions {
  /** Path of a kubeconfig. Default: KUBECONFIG, then ~/.kube/config, then the Pod's own ServiceAccount. */
  kubeconfig?: string
  /** Context of it. Default: its current-context. */
  context?: string
  /** Bound of the connection pool for calls. Watches, followed logs and execs have connections of their own. */
  connections?: number
  /** Default deadline of one call with its repeats, ms. */
  timeoutMs?: number
  /** A connection on which nothing comes for so long is given up when the call may be repeated, ms. Default 10 000. */
  silentMs?: number
  /** Label of objects that belong to this run; see objectCalls. Default kata-conformance.dev/run. */
  runLabel?: string
  onCall?: (call: CallRecord) => void
  /** Aborts the connecting itself, not the cluster that comes of it. */
  signal?: AbortSignal
}

/** How long the first answer may take, ms: no cluster at all is told soon, repeats are for a cluster that was there. */
const firstAnswerMs = 10_000

/**
 * Connects to a cluster and makes sure that it is one: asks its version once, without repeats.
 *
 * @throws KubeconfigError when there is no usable kubeconfig
 * @throws ApiError when nothing, or something else than Kubernetes, answers
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
  // The client library takes half a second to load: only those who connect pay it.
  const { loadKubeConfig } = await import('./kubeconfig.ts')
  const load = (): ReturnType<typeof loadKubeConfig> => loadKubeConfig(options)
  const transport = createTransport(load, options)
  const discovery = createDiscovery(transport)
  const cache = createWatchCache(transport, discovery)
  const objects = objectCalls(transport, discovery, options.runLabel ?? 'kata-conformance.dev/run')

  let clockAheadMs: number | null = null

  const cluster: Cluster = {
    context: load().getCurrentContext(),
    server: transport.server,
    stats: transport.stats,
    troubleSince: (moment) => transport.troubles.since(moment),
    ...objects,
    ...createWaits(cache, { find: findInList(objects.list), list: objects.list }, transport.troubles),
    ...createLogs(transport),
    exec: createExec(transport),
    forward: createForward(transport),

    async version() {
      return versionOf(transport.server, await transport.call({ method: 'GET', path: '/version' }))
    },
    staleApis: () => staleApis(transport),
    get clockAheadMs() {
      return clockAheadMs
    },
    async may(verb, { group = '', resource, subresource, namespace }) {
      const resourceAttributes = { verb, group, resource, subresource, namespace }
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      }
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      // A review stores nothing: asking twice is asking once.
      const answer = await transport.call({ method: 'POST', path, body: review, repeatable: 'always' })
      return (answer.json as { status?: { allowed?: boolean } }).status?.allowed === true
    },
    async raw(path, callOptions) {
      const answer = await transport.call({ method: 'GET', path }, callOptions)
      return answer.json ?? answer.text
    },
    async close() {
      cache.close()
      await transport.close()
    },
  }

  try {
    const first = { method: 'GET', path: '/version', repeatable: 'never' } as const
    const answer = await transport.call(first, {
      timeoutMs: firstAnswerMs,
      ...(options.signal ? { signal: options.signal } : {}),
    })
    versionOf(transport.server, answer)
    clockAheadMs = aheadOf(answer.headers['date'])
  } catch (error) {
    await cluster.close()
    throw error
  }
  return cluster
}

const aheadOf = (date: string | string[] | undefined): number | null => {
  const theirs = Date.parse(String(date))
  return Number.isNaN(theirs) ? null : Date.now() - theirs
}

function versionOf(server: string, answer: Answer): { gitVersion: string } {
  const { gitVersion } = (answer.json ?? {}) as { gitVersion?: unknown }
  if (typeof gitVersion === 'string') return answer.json as { gitVersion: string }
  throw errorOfAnswer(server, { method: 'GET', path: '/version' }, answer)
}
