import { errorByName } from '../errorByName.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import type { PodHandle } from './podHandle.ts'
import type { Cause } from './podStatus.ts'

/**
 * A pod that did not come to what its check awaits. `product`: the runtime would not start it, which is a verdict on the claim.
 * `infrastructure`: image, room, node, permission, API: the claim was not put to the test.
 */
export class PodStartError extends Error {
  static override readonly [Symbol.hasInstance] = errorByName('PodStartError')
  override readonly name = 'PodStartError'
  readonly kind: 'product' | 'infrastructure'
  readonly failure: Cause
  /** The pod as last seen, null when it was never created. */
  readonly object: KubeObject | null
  /** The pod, which is still there, to be looked at and removed; null when it was never created. */
  pod: PodHandle | null = null

  constructor(
    kind: PodStartError['kind'],
    message: string,
    of: { failure: Cause; object: KubeObject | null; cause?: unknown },
  ) {
    super(message, of.cause === undefined ? {} : { cause: of.cause })
    this.kind = kind
    this.failure = of.failure
    this.object = of.object
  }
}

/** The pod that did not start, if the error tells of one. It takes room all the same, and the kubelet tries again and again. */
export const unstartedPod = (error: unknown): PodHandle | null => (error instanceof PodStartError ? error.pod : null)
