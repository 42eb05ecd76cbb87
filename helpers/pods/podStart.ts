import { ApiError } from '../cluster/apiError.ts'
import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import { WaitError } from '../cluster/waitError.ts'
import { createPodHandle } from './createPodHandle.ts'
import type { ImageResolver } from './images.ts'
import { endOf, type PodEnd, unschedulable } from './podEnd.ts'
import type { PodHandle } from './podHandle.ts'
import { completeManifest } from './podManifest.ts'
import type { Awaited, PodSpec } from './podSpec.ts'
import { PodStartError } from './podStartError.ts'
import { apiTrouble, errorOfDeadline, errorOfEnd, notCreated, refusalOf, textOf, whatOf } from './podStartErrors.ts'

export interface StartOptions {
  readonly spec: PodSpec
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** The node that it must run on; the scheduler still accounts for it. */
  readonly node?: string | undefined
  readonly images: ImageResolver
  readonly signal?: AbortSignal | undefined
  /** Told as soon as the object exists, so that the caller can remove it whatever comes. */
  readonly onCreated?: (pod: KubeObject) => void
}

/**
 * Creates a pod and waits as its spec says: until it is ready, until it finished, or until whatever comes first.
 *
 * @throws PodStartError when it cannot come to that, `kind` says whether the product or the infrastructure is to blame
 * @throws the signal's reason when it aborts
 */
export async function startPod(cluster: Cluster, options: StartOptions): Promise<PodHandle> {
  const { spec, name, namespace, signal } = options
  const manifest = completeManifest(spec.manifest, options)
  const handle = (of: Omit<Parameters<typeof createPodHandle>[1], 'name' | 'namespace' | 'signal'>): PodHandle =>
    createPodHandle(cluster, { ...of, name, namespace, signal })

  let admitted: KubeObject
  try {
    admitted = await cluster.create(manifest, signal ? { signal } : {})
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const refusal = refusalOf(error)
    if (refusal && spec.awaited === 'settled')
      return handle({ admitted: null, object: manifest, outcome: 'refused', refusal })
    throw notCreated(options, error)
  }
  options.onCreated?.(admitted)

  try {
    const { object, end } = await awaitEnd(cluster, options, admitted)
    const failure = end.outcome === 'not-started' ? end.failure : null
    return handle({ admitted, object, outcome: end.outcome, failure })
  } catch (error) {
    if (error instanceof PodStartError) {
      const { failure, object } = error
      error.pod = handle({ admitted, object: object ?? admitted, outcome: 'not-started', failure })
    }
    throw error
  }
}

async function awaitEnd(
  cluster: Cluster,
  options: StartOptions,
  admitted: KubeObject,
): Promise<{ object: KubeObject; end: PodEnd }> {
  const { spec, name, namespace, signal } = options
  const target = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid: admitted.metadata.uid ?? '' }
  const judge = (pod: KubeObject, events: readonly KubeObject[]): PodEnd | null =>
    endOf(pod, events) ?? noRoom(pod, spec)
  const isAwaited = (end: PodEnd | null): boolean => end !== null && accepts(spec.awaited, end)
  try {
    const object = await cluster.waitFor(target, (pod) => isAwaited(endOf(pod, [])), {
      ...(signal ? { signal } : {}),
      timeoutMs: spec.timeoutMs,
      what: whatOf(spec.awaited),
      unreachable(pod, events) {
        const end = judge(pod, events)
        return end && !isPassing(end, spec.awaited) ? textOf(end, pod) : null
      },
    })
    // Events tell a command that ended from one that the kubelet killed.
    const events = endOf(object, [])?.outcome === 'finished' ? await cluster.eventsOf(target).catch(() => []) : []
    const end = endOf(object, events)
    if (end && isAwaited(end)) return { object, end }
    throw errorOfEnd(options, end, object)
  } catch (error) {
    if (!(error instanceof WaitError)) throw error instanceof ApiError ? apiTrouble(options, error) : error
    const end = error.object ? judge(error.object, error.events) : null
    if (error.object && end && isAwaited(end)) return { object: error.object, end }
    if (end && error.end === 'unreachable') throw errorOfEnd(options, end, error.object, error)
    throw await errorOfDeadline(cluster, options, error)
  }
}

/** Whether this end is what the check wants to look at. A broken cluster never is. */
function accepts(awaited: Awaited, end: PodEnd): boolean {
  if (end.outcome === 'not-started') return awaited === 'settled' && end.blame !== 'infrastructure'
  return awaited === 'settled' || awaited === end.outcome
}

/** Ready is not the end of a pod that is awaited to finish. */
const isPassing = (end: PodEnd, awaited: Awaited): boolean => awaited === 'finished' && end.outcome === 'ready'

/** No room is waited for until the deadline, since other pods go; no node of the kind that is asked for is final. */
function noRoom(pod: KubeObject, spec: PodSpec): PodEnd | null {
  const found = unschedulable(pod)
  if (!found) return null
  if (spec.mayBeUnschedulable) return { outcome: 'not-started', blame: 'kubelet', failure: found.cause }
  return found.lasting ? { outcome: 'not-started', blame: 'infrastructure', failure: found.cause } : null
}
