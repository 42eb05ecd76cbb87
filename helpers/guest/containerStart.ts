import type { PodHandle } from '../pods/podHandle.ts'
import { termination } from './termination.ts'

/** Reasons that kubelet and containerd give when a container could not be created or started. */
const containerErrors = ['StartError', 'RunContainerError', 'CreateContainerError', 'ContainerCannotRun', 'Failed']

/**
 * What became of the containers of a pod that awaits 'settled': "started", or reason and message of why not, for assertions that show it. Throws when
 * the pod met something else on its way.
 */
export function containerStart(pod: PodHandle): string {
  if (pod.outcome === 'ready') return 'started'
  if (pod.outcome === 'refused') return `refused by the API server: ${pod.refusal?.message ?? ''}`
  const { reason, message } = pod.failure ?? termination(pod) ?? { reason: pod.outcome, message: '' }
  if (!containerErrors.includes(reason))
    throw new Error(`pod ${pod.name} did not come as far as its containers: ${reason}: ${message}`)
  return `${reason}: ${message.split('\n')[0] ?? ''}`
}
