import { createHash } from 'node:crypto'

/** Labels of everything that the suite makes; `clean` removes by them and touches nothing else. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by'
export const MANAGER = 'kata-conformance'
export const RUN_LABEL = 'kata-conformance.dev/run'
export const BEHAVIOUR_LABEL = 'kata-conformance.dev/behaviour'
/** On pods of arms that have objects beside them: what Services and NetworkPolicies select by. */
export const ARM_LABEL = 'kata-conformance.dev/arm'
export const POD_LABEL = 'kata-conformance.dev/pod'
/** Annotation of a run's privileged namespace: the nodes on which the run has made something, as JSON (ChangedNodes). */
export const CHANGED_NODES = 'kata-conformance.dev/changed-nodes'
/** Annotation of a shard's namespace, where several shards have one node: `shared` while it works there, `exclusive` while it holds the node. */
export const NODE_USE = 'kata-conformance.dev/node-use'

export interface ChangedNodes {
  readonly nodes: readonly string[]
  /** Of the pods that make and undo changes. */
  readonly image: string
  /** What everything is named after that was made on the nodes. */
  readonly tag: string
}

/** A label value and name part that stands for an arm: its id may have blanks and any length. */
export const armLabelValue = (armId: string): string => createHash('sha256').update(armId).digest('hex').slice(0, 8)

export const runLabels = (runId: string): Record<string, string> => ({ [MANAGED_BY]: MANAGER, [RUN_LABEL]: runId })

export const runSelector = (runId?: string): string =>
  runId === undefined ? `${MANAGED_BY}=${MANAGER},${RUN_LABEL}` : `${MANAGED_BY}=${MANAGER},${RUN_LABEL}=${runId}`

/** Short, sortable and a valid label value and name part: 20261121-114448-3fa9 */
export function newRunId(now = new Date(), random = Math.random()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${Math.floor(random * 0x10000)
    .toString(16)
    .padStart(4, '0')}`
}
