import type { KubeObject } from '../cluster/cluster.ts'

/** An object of the arm that exists. Given to checks, bound to the arm's signal. */
export interface ObjectHandle {
  readonly name: string
  /** Undefined for kinds without a namespace. */
  readonly namespace: string | undefined
  /** The object as last seen. */
  readonly object: KubeObject
  /** Merge patch of the object, which is the suite's own. */
  patch(change: Readonly<Record<string, unknown>>): Promise<KubeObject>
  /** Waits on the shared watch. */
  waitFor(what: string, until: (object: KubeObject) => boolean, timeoutMs: number): Promise<KubeObject>
}
