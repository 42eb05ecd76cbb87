import type { KubeObject } from '../cluster/cluster.ts'
import type { Pod } from '../pods/podBuilder.ts'
import type { ObjectSpec } from './objectSpec.ts'

/** A Job of this pod, on the arm's node; each pod is tried once. */
export const job = (
  pod: Pod,
  { completions, parallelism }: { completions: number; parallelism: number },
): ObjectSpec => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  content: ({ template }) => ({
    spec: { completions, parallelism, backoffLimit: 0, template: template('worker', pod.restartPolicy('Never')) },
  }),
})

/** Pods of it that have succeeded and failed so far. */
export function jobCounts(object: KubeObject): { readonly succeeded: number; readonly failed: number } {
  const { succeeded = 0, failed = 0 } = (object['status'] ?? {}) as { succeeded?: number; failed?: number }
  return { succeeded, failed }
}
