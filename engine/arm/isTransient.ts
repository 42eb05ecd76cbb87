import { isConnectionTrouble } from '../../helpers/cluster/connectionTrouble.ts'

/** Reasons of a pod that did not start for which another try may go better, because the cluster was disturbed and need not be any more. */
const passing = ['WatchBroken', 'NodeNotReady']

/**
 * Whether an error of an arm came from a disturbance of the cluster that may be over: a connection that broke, an overloaded or restarted API server, a
 * pod that somebody deleted. A missing image or permission, a bug, a check that hangs: all that comes again.
 */
export function isTransient(error: unknown): boolean {
  const { name, kind, failure, cause } = (error ?? {}) as {
    name?: string
    kind?: string
    failure?: { reason?: string }
    cause?: unknown
  }
  if (name === 'PodLost') return true
  // A command that did not end in its time may never end.
  if (isConnectionTrouble(error)) return kind !== 'timeout'
  if (name !== 'PodStartError') return false
  return passing.includes(failure?.reason ?? '') || isDisruption(failure?.reason) || isConnectionTrouble(cause)
}

/** Reasons of disruptionOf: somebody's deletion, or the cluster's (k8s.io/api/core/v1, PodReason…). */
const isDisruption = (reason: string | undefined): boolean =>
  [
    'Deleted',
    'Disrupted',
    'PreemptionByScheduler',
    'DeletionByTaintManager',
    'EvictionByEvictionAPI',
    'DeletionByPodGC',
    'TerminationByKubelet',
  ].includes(reason ?? '')
