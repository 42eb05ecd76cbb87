import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import { endOf } from '../pods/podEnd.ts'
import { textOf } from '../pods/podStartErrors.ts'
import { isReady } from '../pods/podStatus.ts'
import { createNodeProbe } from './createNodeProbe.ts'
import type { NodeProbe } from './nodeProbe.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import { probePodManifest, type ProbePodOptions } from './probePod.ts'

export interface RunningProbe {
  readonly probe: NodeProbe
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string }
  /** Deletes the pod and waits until it is gone. */
  remove(): Promise<void>
}

export interface StartOptions extends ProbePodOptions {
  readonly signal?: AbortSignal
  /** Default 60 000 ms: the image may have to be pulled. */
  readonly timeoutMs?: number
  /** Told before anything else happens, so that the caller can remove the pod whatever comes. */
  readonly created?: (pod: KubeObject) => void
}

/**
 * Starts the probe pod on a node and waits until it has made the host's mounts read-only.
 * Throws NodeProbeError when it does not start, ApiError when the API server refuses it. A pod that did not start is removed.
 */
export async function startNodeProbe(cluster: Cluster, options: StartOptions): Promise<RunningProbe> {
  try {
    return await startOnce(cluster, options)
  } catch (error) {
    if (!isPrivateRoot(error) || options.propagation === 'None') throw error
    const name = options.name === undefined ? {} : { name: `${options.name}-private` }
    return startOnce(cluster, { ...options, ...name, propagation: 'None' })
  }
}

/** containerd and CRI-O refuse HostToContainer where the node's root is a private mount. */
const isPrivateRoot = (error: unknown): boolean => /not a shared or slave mount/.test(String((error as Error).message))

async function startOnce(cluster: Cluster, options: StartOptions): Promise<RunningProbe> {
  const call = options.signal ? { signal: options.signal } : {}
  const created = await cluster.create(probePodManifest(options), call)
  options.created?.(created)
  const { name = '', uid = '' } = created.metadata
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: options.namespace, name }
  const remove = async (): Promise<void> => {
    await cluster.delete({ ...ref, uid })
    await cluster.waitForDeleted({ ...ref, uid }, { timeoutMs: 30_000, what: 'the probe pod gone' })
  }
  try {
    await cluster.waitFor({ ...ref, uid }, isReady, {
      ...call,
      timeoutMs: options.timeoutMs ?? 60_000,
      what: 'Ready',
      unreachable: cannotStart,
    })
  } catch (cause) {
    await remove().catch(() => {}) // the reason why it did not start matters more
    throw new NodeProbeError(options.node, `the probe pod does not start: ${(cause as Error).message}`, { cause })
  }
  const run = (argv: string[]) =>
    cluster.exec({ namespace: options.namespace, name }, argv, { readOnly: true, ...call })
  return { probe: createNodeProbe(run, options.node), pod: { namespace: options.namespace, name, uid }, remove }
}

function cannotStart(pod: KubeObject, events: readonly KubeObject[]): string | null {
  const end = endOf(pod, events)
  return end && end.outcome !== 'ready' ? textOf(end, pod) : null
}
