import type { KubeObject } from '../cluster/cluster.ts'

/** What the engine waits for before the check runs. */
export type Awaited =
  /** Ready; anything else breaks or fails the arm (default). */
  | 'ready'
  /** phase Succeeded or Failed, or a container ended for good */
  | 'finished'
  /** whatever comes first: ready, finished, refused, not-started. For negative claims. */
  | 'settled'

/** A pod that a check asks for: an immutable description; `build` makes the manifest. */
export interface PodSpec {
  readonly awaited: Awaited
  /** How long the awaited state may take, ms. */
  readonly timeoutMs: number
  /** True when other checks may observe the same pod: the check only reads. */
  readonly shared: boolean
  /** Needs the suite's privileged namespace (hostPID, hostPath, privileged). */
  readonly privileged: boolean
  /** The namespace that it is created in; absent: one of the suite's two. */
  readonly namespace?: string
  /** Runs on a second Kata node, not on the arm's own. */
  readonly elsewhere?: boolean
  /** Not counted to start before this other pod of the same check is there: its name in the check's `pods`. */
  readonly after: string | null
  /** That no node has room, or that the node does not take it, is an outcome (not-started), not a broken cluster. */
  readonly mayBeUnschedulable?: boolean
  /** Manifest without name, namespace, labels and node: those are the engine's. */
  readonly manifest: KubeObject
}

/** What a check may return for a pod: its specification, or the builder of one (pod.ts). */
export type PodAsked = PodSpec | { build(): PodSpec }

export const podSpecOf = (asked: PodAsked): PodSpec => ('build' in asked ? asked.build() : asked)
