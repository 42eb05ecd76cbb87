import { randomUUID } from 'node:crypto'
import { ApiError } from '../../helpers/cluster/apiError.ts'
import type { CallOptions, Cluster, KubeObject, ObjectRef } from '../../helpers/cluster/cluster.ts'
import { findInList, MAKER } from '../../helpers/cluster/objects.ts'
import type { ObjectRecord } from '../../reports/record/journal.ts'
import type { Journal } from '../journal/journal.ts'

/** What the run has made and not yet removed. Only what is in here is ever deleted by a run, by name and UID. */
export interface Ledger {
  /** Annotation of what `make` makes: another run with the same id has another one, and so has another shard unless a Job started both. */
  readonly maker: string
  /**
   * Creates an object that no namespace of the run takes with it, and enters it. Throws ApiError; when it is not certain that there is no such
   * object then, removeAll looks for it.
   */
  make(cluster: Pick<Cluster, 'create'>, manifest: KubeObject, options?: CallOptions): Promise<KubeObject>
  created(object: KubeObject): void
  deleted(uid: string): void
  readonly open: readonly ObjectRecord[]
  /**
   * Removes everything that is left: what runs first, what it needs after it, namespaces last; also what was never entered because the answer to
   * its creation was lost. Returns what could not be removed, or may be there, for all that is known: without a UID then.
   * @param deadlineMs for the whole of it
   * @param kept name of a namespace that must stay: it is returned, too
   */
  removeAll(cluster: Cluster, deadlineMs: number, kept?: string | null): Promise<readonly ObjectRecord[]>
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

/** Answers after which there is no such object. */
const refused = new Set([400, 403, 404, 422])

/** Kinds that take their time to go. */
const lingering = new Set(['Pod', 'Namespace'])

/** @param maker of the process that started this one, where what both make is one: the Job's */
export function createLedger(journal: Pick<Journal, 'write'>, maker: string = randomUUID()): Ledger {
  const open = new Map<string, ObjectRecord>()
  const unanswered = new Set<KubeObject>()
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

  async function make(
    cluster: Pick<Cluster, 'create'>,
    manifest: KubeObject,
    options?: CallOptions,
  ): Promise<KubeObject> {
    const annotations = { ...manifest.metadata.annotations, [MAKER]: maker }
    const asked = { ...manifest, metadata: { ...manifest.metadata, annotations } }
    unanswered.add(asked)
    try {
      const made = { ...asked, ...(await cluster.create(asked, options)) }
      unanswered.delete(asked)
      created(made)
      return made
    } catch (error) {
      if (error instanceof ApiError && refused.has(error.code)) unanswered.delete(asked)
      throw error
    }
  }

  /** An error may hide that the object was made: by an earlier try, or by this one whose answer was lost. Its annotation tells whose it is. */
  async function enterUnanswered(cluster: Cluster, signal: AbortSignal, timeoutMs: number): Promise<ObjectRecord[]> {
    const unknown: ObjectRecord[] = []
    for (const { apiVersion, kind, metadata } of unanswered) {
      const { name = '', namespace } = metadata
      try {
        const there = await findInList(cluster.list)({ apiVersion, kind, namespace, name }, { signal, timeoutMs })
        if (there?.metadata.annotations?.[MAKER] === maker) created(there)
      } catch (error) {
        journal.write({
          event: 'note',
          text: `whether there is ${kind} ${name} is not known: ${(error as Error).message}`,
        })
        unknown.push({ apiVersion, kind, namespace: namespace ?? null, name, uid: '' })
      }
    }
    unanswered.clear()
    return unknown
  }

  return {
    maker,
    make,
    created,
    deleted,
    get open() {
      return [...open.values()]
    },
    async removeAll(cluster, deadlineMs, kept = null) {
      const signal = AbortSignal.timeout(deadlineMs)
      const unknown = await enterUnanswered(cluster, signal, deadlineMs)
      for (const rank of order) {
        const batch = [...open.values()].filter(
          (each) => rankOf(each) === rank && !(each.kind === 'Namespace' && each.name === kept),
        )
        await Promise.all(
          batch.map(async (each) => {
            const why = await remove(cluster, each, signal, deadlineMs)
            if (why === null) deleted(each.uid)
            else journal.write({ event: 'note', text: `${each.kind} ${each.name} could not be removed: ${why}` })
          }),
        )
      }
      return [...open.values(), ...unknown]
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
