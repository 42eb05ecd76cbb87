import type { Cluster, KubeObject, ObjectRef } from '../../helpers/cluster/cluster.ts'
import type { ObjectRecord } from '../../reports/record/journal.ts'
import type { Journal } from '../journal/journal.ts'
import { runSelector } from './labels.ts'

/** What the run has made and not yet removed. Only what is in here is ever deleted by a run, by name and UID. */
export interface Ledger {
  created(object: KubeObject): void
  deleted(uid: string): void
  readonly open: readonly ObjectRecord[]
  /**
   * Removes everything that is left: what runs first, what it needs after it, namespaces last; also what carries the run's label and was never
   * entered, because the answer to its creation was lost. Returns what could not be removed.
   * @param deadlineMs for the whole of it
   */
  removeAll(cluster: Cluster, deadlineMs: number): Promise<readonly ObjectRecord[]>
}

/** What others hold on to goes after them. */
const order = [
  'CronJob',
  'Job',
  'Pod',
  'other',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'RuntimeClass',
  'ServiceAccount',
  'ClusterRoleBinding',
  'ClusterRole',
  'Namespace',
]
const rankOf = ({ kind }: ObjectRecord): string => (order.includes(kind) ? kind : 'other')

/** What a run makes outside of its namespaces. */
const withoutNamespace = [
  { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy' },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  { apiVersion: 'v1', kind: 'Namespace' },
]

/** Not the namespace of a Job that this run is in: it has the run's label too, and holds its results. */
const madeByRun = ({ kind, metadata: { name } }: KubeObject, runId: string): boolean =>
  kind !== 'Namespace' || [`kata-conformance-${runId}`, `kata-conformance-${runId}-privileged`].includes(name ?? '')

/** Kinds that take their time to go. */
const lingering = new Set(['Pod', 'Namespace'])

export function createLedger(journal: Pick<Journal, 'write'>, runId: string): Ledger {
  const open = new Map<string, ObjectRecord>()
  const deleted = (uid: string) => {
    const object = open.get(uid)
    if (!object) return
    open.delete(uid)
    journal.write({ event: 'object.deleted', object })
  }
  const created = (object: KubeObject) => {
    const record: ObjectRecord = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace: object.metadata.namespace ?? null,
      name: object.metadata.name ?? '',
      uid: object.metadata.uid ?? '',
    }
    open.set(record.uid, record)
    journal.write({ event: 'object.created', object: record })
  }

  /** Pods are in namespaces and go with them. */
  async function enterForgotten(cluster: Cluster, signal: AbortSignal, timeoutMs: number): Promise<void> {
    for (const { apiVersion, kind } of withoutNamespace) {
      // Who may not list them can have made none without knowing, but for a lost answer.
      const labelled = await cluster
        .list({ apiVersion, kind, labelSelector: runSelector(runId) }, { signal, timeoutMs })
        .catch(() => [])
      for (const object of labelled)
        if (!open.has(object.metadata.uid ?? '') && madeByRun(object, runId)) created(object)
    }
  }

  return {
    created,
    deleted,
    get open() {
      return [...open.values()]
    },
    async removeAll(cluster, deadlineMs) {
      const signal = AbortSignal.timeout(deadlineMs)
      await enterForgotten(cluster, signal, deadlineMs)
      for (const rank of order) {
        const batch = [...open.values()].filter((each) => rankOf(each) === rank)
        await Promise.all(
          batch.map(async (each) => {
            const why = await remove(cluster, each, signal, deadlineMs)
            if (why === null) deleted(each.uid)
            else journal.write({ event: 'note', text: `${each.kind} ${each.name} could not be removed: ${why}` })
          }),
        )
      }
      return [...open.values()]
    },
  }
}

/** Null when the object is gone for certain, else why it is not. */
async function remove(
  cluster: Cluster,
  record: ObjectRecord,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<string | null> {
  const ref: ObjectRef & { uid: string } = {
    apiVersion: record.apiVersion,
    kind: record.kind,
    namespace: record.namespace ?? undefined,
    name: record.name,
    uid: record.uid,
  }
  try {
    if (!(await cluster.delete(ref, { signal, timeoutMs }))) return null
    if (lingering.has(record.kind))
      await cluster.waitForDeleted(ref, { signal, timeoutMs, what: `${record.kind} ${record.name} gone` })
    return null
  } catch (error) {
    return (error as Error).message
  }
}
