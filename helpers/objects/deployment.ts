import type { ReadApi } from '../behaviour.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { isTimeOver } from '../cluster/waitError.ts'
import type { Pod } from '../pods/podBuilder.ts'
import { controlledPods } from './controlledPods.ts'
import type { ObjectHandle } from './objectHandle.ts'
import type { ObjectSpec } from './objectSpec.ts'
import { refuseForeign } from './unstartedPods.ts'

/** A Deployment of this pod, on the arm's node. Its pods carry the labels of `labelsOf('deployed')`. */
export const deployment = (
  pod: Pod,
  { replicas = 1, annotations = {} }: { replicas?: number; annotations?: Readonly<Record<string, string>> } = {},
): ObjectSpec => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  annotations,
  content: ({ labelsOf, template }) => ({
    spec: {
      replicas,
      selector: { matchLabels: labelsOf('deployed') },
      template: template('deployed', pod.restartPolicy('Always')),
    },
  }),
})

/**
 * `available`, or how many of its replicas were so at the end of the time.
 * @throws PodStartError when that is the infrastructure's fault, and what is not about the time: an API server that is gone
 */
export async function becomesAvailable(
  api: ReadApi,
  handle: ObjectHandle,
  timeoutMs: number,
  replicas = 1,
): Promise<string> {
  try {
    await handle.waitFor(`${replicas} replicas available`, (object) => isAvailable(object, replicas), timeoutMs)
    return 'available'
  } catch (error) {
    if (!isTimeOver(error)) throw error
    await refuseForeign(api, handle, await controlledPods(api, handle), timeoutMs)
    const { availableReplicas = 0 } = (error.object?.['status'] ?? {}) as { availableReplicas?: number }
    return `${availableReplicas} available replicas after ${timeoutMs} ms`
  }
}

/** So many replicas are asked for, and the controller has seen that and has them all: what is seen may be older than the last change. */
function isAvailable(object: KubeObject, wanted: number): boolean {
  const { replicas = 1 } = object['spec'] as { replicas?: number }
  const { generation = 0 } = object.metadata as { generation?: number }
  const { availableReplicas = 0, observedGeneration = 0 } = (object['status'] ?? {}) as {
    availableReplicas?: number
    observedGeneration?: number
  }
  return replicas === wanted && observedGeneration >= generation && availableReplicas >= wanted
}
