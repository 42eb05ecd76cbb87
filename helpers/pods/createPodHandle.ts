import type { Cluster, KubeObject } from '../cluster/cluster.ts'
import type { PodHandle, PodOutcome } from './podHandle.ts'
import { followToItsEnd } from './followToItsEnd.ts'
import { PodLost } from './podLost.ts'
import { type Cause, specOf } from './podStatus.ts'

/** Default deadline of one exec or log read in a pod, ms. */
const callMs = 60_000
const deleteMs = 120_000

/**
 * The handle of a pod that came to an outcome.
 * @param of.admitted the pod as created; null when the API server refused it: then every method throws
 * @param of.signal aborts everything that the handle does, except `delete`: cleaning up outlives its arm
 */
export function createPodHandle(
  cluster: Cluster,
  of: {
    name: string
    namespace: string
    admitted: KubeObject | null
    object: KubeObject
    outcome: PodOutcome
    refusal?: PodHandle['refusal']
    failure?: Cause | null
    signal?: AbortSignal | undefined
  },
): PodHandle {
  const { name, namespace, outcome } = of
  const uid = of.admitted?.metadata.uid ?? ''
  const target = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid }
  const signal = of.signal ? { signal: of.signal } : {}
  // Of several containers the first is meant, as kubectl means it: the API server would ask which.
  const container = specOf(of.object).containers?.[0]?.name ?? 'main'
  let object = of.object
  let deleted = false

  const created = (): typeof target => {
    if (outcome !== 'refused') return target
    throw new Error(`pod ${namespace}/${name} does not exist: the API server refused it (${of.refusal?.message ?? ''})`)
  }

  /** With its uid: a namesake that somebody else made is refused (metadata.uid is immutable). Lists are merged by the names of containers. */
  const patch = (subresource: string, spec: unknown): Promise<KubeObject> =>
    cluster.patch(created(), { metadata: { uid }, spec }, { type: 'strategic', subresource, ...signal })

  return {
    name,
    namespace,
    uid,
    outcome,
    refusal: of.refusal ?? null,
    failure: of.failure ?? null,
    admitted: of.admitted ?? of.object,
    get object() {
      return object
    },
    get deleted() {
      return deleted
    },
    get node() {
      return specOf(object).nodeName ?? ''
    },
    read: async (argv, options) =>
      cluster.exec(created(), argv, { timeoutMs: callMs, container, ...signal, ...options, readOnly: true }),
    exec: async (argv, options) =>
      cluster.exec(created(), argv, { timeoutMs: callMs, container, ...signal, ...options, readOnly: false }),
    forward: async (port, sent) => cluster.forward(created(), port, sent, { timeoutMs: callMs, ...signal }),
    logs: async (options) => cluster.logs(created(), { timeoutMs: callMs, container, ...signal, ...options }),
    followLogs: (options) => followToItsEnd(cluster, created(), { container, ...signal, ...options }),
    async events() {
      const events = await cluster.eventsOf(created())
      return events.map(({ type, reason, message }) => ({
        type: String(type),
        reason: String(reason),
        message: String(message),
      }))
    },
    async addContainer({ name: added, command, target: targetContainerName }) {
      const image = specOf(object).containers?.[0]?.image
      const ephemeralContainers = [
        { name: added, image, imagePullPolicy: 'IfNotPresent', command, targetContainerName },
      ]
      await patch('ephemeralcontainers', { ephemeralContainers })
    },
    async resize(resized, limits) {
      await patch('resize', { containers: [{ name: resized, resources: { limits } }] })
    },
    async waitFor(what, until, timeoutMs) {
      // A check takes what it gets for the pod's present state.
      object = await cluster.waitFor(created(), until, { what, timeoutMs, fresh: true, ...signal })
      return object
    },
    async delete({ gracePeriodSeconds, timeoutMs = deleteMs } = {}) {
      const began = performance.now()
      const pod = created()
      deleted = true
      const ours = await cluster.delete(pod, {
        timeoutMs,
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      })
      if (!ours) throw new PodLost(`pod ${namespace}/${name} was gone already: somebody else deleted it`)
      await cluster.waitForDeleted(pod, { what: 'deletion', timeoutMs })
      return performance.now() - began
    },
  }
}
