import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { inOrder } from '../cluster/eventIndex.ts'
import { type LateStart, whyLate } from '../pods/lateStart.ts'
import { endOf } from '../pods/podEnd.ts'
import { statusOf } from '../pods/podStatus.ts'
import { PodStartError } from '../pods/podStartError.ts'
import { saysNothingOfThePod, textOf } from '../pods/podStartErrors.ts'
import type { ObjectHandle } from './objectHandle.ts'

/**
 * Throws PodStartError when it is the infrastructure that keeps the pods of a controller from running: an image, room, a quota, a node. Does nothing when
 * one of them fails for what may be the runtime's doing.
 * @param pods those that the controller has made
 * @param waitedMs how long they were waited for
 */
export async function refuseForeign(
  api: ReadApi,
  { name, namespace, object: { kind } }: ObjectHandle,
  pods: readonly KubeObject[],
  waitedMs: number,
): Promise<void> {
  const events = await eventsIn(api, namespace ?? '')
  const causes = (await Promise.all(pods.map((pod) => whyNotRunning(api, pod, events, waitedMs)))).flatMap(
    (cause) => cause ?? [],
  )
  if (causes.some(({ kind }) => kind === 'product')) return
  const [cause = whyNotMade(name, pods, events)] = causes
  if (cause?.kind !== 'infrastructure') return
  const { reason, message } = cause.failure
  throw new PodStartError(
    'infrastructure',
    `${kind} ${namespace}/${name}: after ${waitedMs} ms ${cause.subject}: ${reason}: ${message}`,
    { failure: cause.failure, object: cause.pod },
  )
}

interface Cause extends LateStart {
  readonly subject: string
  readonly pod: KubeObject | null
}

async function eventsIn(api: ReadApi, namespace: string): Promise<readonly KubeObject[]> {
  const { items } = (await api.raw(`/api/v1/namespaces/${namespace}/events`)) as { items: KubeObject[] }
  return items.toSorted(inOrder)
}

interface InvolvedObject {
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
}

const involved = (event: KubeObject): InvolvedObject => event['involvedObject'] ?? {}

/** Null for a pod that is ready, or that has done its work. */
async function whyNotRunning(
  api: ReadApi,
  pod: KubeObject,
  all: readonly KubeObject[],
  waitedMs: number,
): Promise<Cause | null> {
  const events = all.filter((event) => involved(event).uid === pod.metadata.uid)
  const of = { subject: `pod ${pod.metadata.name}`, pod }
  const end = endOf(pod, events)
  if (end?.outcome === 'ready' || statusOf(pod).phase === 'Succeeded') return null
  if (end?.outcome === 'not-started')
    return { ...of, kind: end.blame === 'product' ? 'product' : 'infrastructure', failure: end.failure }
  if (end) return { ...of, kind: 'product', failure: { reason: 'Ended', message: textOf(end, pod) } }
  const findNode = async (name: string) =>
    (await api.find({ apiVersion: 'v1', kind: 'Node', name })) as KubeObject | null
  return { ...of, ...(await whyLate(pod, { events, waitedMs }, 'condition Ready', findNode)) }
}

/** A pod that the API server refused, as the ReplicaSet or Job between tells; or no controller looked. Null when the refusal is about the pod itself. */
function whyNotMade(name: string, pods: readonly KubeObject[], events: readonly KubeObject[]): Cause | null {
  const of = { kind: 'infrastructure', subject: 'its pod was not created', pod: null } as const
  const refused = events.findLast((event) => {
    const { kind, name: refuser = '' } = involved(event)
    return event['reason'] === 'FailedCreate' && kind !== 'Pod' && (refuser === name || refuser.startsWith(`${name}-`))
  })
  const message = String(refused?.['message'])
  if (refused) return saysNothingOfThePod(message) ? { ...of, failure: { reason: 'FailedCreate', message } } : null
  if (pods.length > 0) return null
  return { ...of, failure: { reason: 'NoController', message: 'no controller has tried to make it' } }
}
