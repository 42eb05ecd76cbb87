import type { ApiError } from '../cluster/apiError.ts'
import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import type { WaitError } from '../cluster/waitError.ts'
import { type LateStart, whyLate } from './lateStart.ts'
import type { PodEnd } from './podEnd.ts'
import type { PodHandle } from './podHandle.ts'
import type { Awaited } from './podSpec.ts'
import { PodStartError } from './podStartError.ts'
import { type Cause, statusOf } from './podStatus.ts'

interface Subject {
  readonly spec: { readonly awaited: Awaited }
  readonly name: string
  readonly namespace: string
}

export const whatOf = (awaited: Awaited): string =>
  ({ ready: 'condition Ready', finished: 'the end of its command', settled: 'ready, finished or not started' })[awaited]

export function textOf(end: PodEnd, pod: KubeObject | null): string {
  if (end.outcome === 'ready') return 'it is ready'
  const { reason, message } = end.outcome === 'not-started' ? end.failure : exitOf(pod)
  return `${reason}: ${message}`
}

/**
 * The refusal as an outcome for a check; null when it says nothing about the pod (no permission, quota, overload, no namespace).
 * @param asksPolicies the check made the namespace so that policies of the cluster are asked
 */
export function refusalOf(error: ApiError, asksPolicies = false): PodHandle['refusal'] {
  const { status } = error
  if (!status || ![400, 403, 422].includes(status.code)) return null
  if (notAboutThePod.test(status.message) && !(asksPolicies && asked.test(status.message))) return null
  return { code: status.code, reason: status.reason, message: status.message }
}

/** What a webhook or a policy that answered says. */
const byPolicy = /admission webhook ".*" denied the request|ValidatingAdmissionPolicy .* denied request/

/** What a check that made the namespace itself may ask about: policies, and the level that the cluster gives it. */
const asked = new RegExp(`${byPolicy.source}|violates PodSecurity "restricted:`)

/**
 * No permission, a quota, a LimitRange, Pod Security, a webhook or policy of the cluster, a namespace that goes; and an API server or controller manager
 * that has just started (plugin/pkg/admission/{serviceaccount,resourcequota,limitranger}, apiserver/pkg/admission/plugin, pod-security-admission,
 * kubernetes 1.34).
 */
const notAboutThePod = new RegExp(
  [
    '\\bcannot create resource\\b',
    '(exceeded|failed) quota: |status unknown for quota: ',
    '(minimum|maximum) \\S+ usage per (Container|Pod) is |max limit to request ratio per ',
    // The suite's namespaces are of level baseline or privileged: that one is refused there may be the claim.
    'violates PodSecurity "restricted:',
    'is being terminated',
    'failed calling webhook',
    byPolicy.source,
    'error looking up service account',
    'not yet ready to handle request',
  ].join('|'),
)

/** Whether a refusal that a controller was given says nothing about the pod. */
export const saysNothingOfThePod = (message: string): boolean => notAboutThePod.test(message)

/** What a LimitRange of the namespace wrote into the pod; null when there is none: a pod must be measured with the resources that it asked for. */
const limitRangeOf = (admitted: KubeObject): string | null =>
  admitted.metadata.annotations?.['kubernetes.io/limit-ranger'] ?? null

/** Throws PodStartError when the pod was admitted with other resources than it asked for. */
export function refuseChanged({ namespace, name }: Subject, admitted: KubeObject): void {
  const changed = limitRangeOf(admitted)
  if (changed === null) return
  throw new PodStartError(
    'infrastructure',
    `pod ${namespace}/${name} was admitted with resources that it did not ask for, by a LimitRange of its namespace: ${changed}`,
    { failure: { reason: 'LimitRange', message: changed }, object: admitted, cause: undefined },
  )
}

/** The pod was refused, or could not be asked for, while a running one was awaited. */
export const notCreated = ({ namespace, name }: Subject, error: ApiError): PodStartError =>
  new PodStartError('infrastructure', `pod ${namespace}/${name} was not created: ${error.message}`, {
    failure: { reason: error.reason, message: error.status?.message ?? error.message },
    object: null,
    cause: error,
  })

export const apiTrouble = ({ namespace, name, spec }: Subject, error: ApiError): PodStartError =>
  new PodStartError(
    'infrastructure',
    `pod ${namespace}/${name}: ${whatOf(spec.awaited)} cannot be observed: ${error.message}`,
    {
      failure: { reason: error.reason, message: error.message },
      object: null,
      cause: error,
    },
  )

/** The pod came to another end than the awaited one. */
export function errorOfEnd(
  subject: Subject,
  end: PodEnd | null,
  object: KubeObject | null,
  wait?: WaitError,
): PodStartError {
  const failure = end?.outcome === 'not-started' ? end.failure : exitOf(object)
  const kind = end?.outcome === 'not-started' && end.blame !== 'product' ? 'infrastructure' : 'product'
  const text =
    wait?.message ??
    `pod ${subject.namespace}/${subject.name}: ${whatOf(subject.spec.awaited)} did not come: ${end ? textOf(end, object) : 'unknown'}`
  return new PodStartError(kind, text, { failure, object, cause: wait })
}

/** How the container that ended did so. */
function exitOf(object: KubeObject | null): Cause {
  const containers = object ? (statusOf(object).containerStatuses ?? []) : []
  const ended = containers
    .map(({ name, state, lastState }) => ({ name, end: state?.terminated ?? lastState?.terminated }))
    .find(({ end }) => end)
  if (!ended?.end) return { reason: 'Ended', message: 'the pod ended' }
  const said = ended.end.message ? `: ${ended.end.message}` : ''
  return {
    reason: ended.end.reason ?? 'Error',
    message: `container ${ended.name} ended with code ${ended.end.exitCode}${said}`,
  }
}

/** Nothing conclusive until the deadline. */
export async function errorOfDeadline(cluster: Cluster, subject: Subject, wait: WaitError): Promise<PodStartError> {
  const { object } = wait
  const error = ({ kind, failure, note }: LateStart): PodStartError =>
    new PodStartError(kind, note ? `${wait.message}\n${note}` : wait.message, { failure, object, cause: wait })
  if (wait.end === 'deleted')
    return error({
      kind: 'infrastructure',
      failure: { reason: 'Deleted', message: 'somebody else deleted the pod' },
    })
  if (wait.trouble) return error({ kind: 'infrastructure', failure: { reason: 'WatchBroken', message: wait.trouble } })
  const node = (name: string) => cluster.find({ apiVersion: 'v1', kind: 'Node', name }, { timeoutMs: 5000 })
  return error(await whyLate(object, wait, whatOf(subject.spec.awaited), node))
}
