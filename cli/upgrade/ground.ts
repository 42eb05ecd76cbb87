import { createLedger, type Ledger } from '../../engine/cluster/ledger.ts'
import { createNamespace, namespaceName } from '../../engine/cluster/namespaces.ts'
import type { ProbeOn } from '../../engine/upgrade/observe.ts'
import { probesIn } from '../../engine/upgrade/probes.ts'
import { ApiError } from '../../helpers/cluster/apiError.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import type { ObjectRecord } from '../../reports/record/journal.ts'
import { imagesOf } from '../imagesOf.ts'
import type { Performance } from './perform.ts'

/** What an upgrade stands on: its namespaces, its probes, and the list of all that it made. */
export interface Ground {
  readonly namespace: string
  readonly images: ImageResolver
  readonly probeOn: ProbeOn
  readonly created: (object: KubeObject) => void
  removeWitnesses(): Promise<void>
  removeAll(): Promise<void>
}

const REMOVAL_MS = 180_000

/** Makes the namespaces, or takes those that a killed upgrade has left. Throws ApiError. */
export async function prepareGround({ journal, cluster, options, signal }: Performance): Promise<Ground> {
  const { runId } = journal.record.started
  const images = imagesOf(options)
  const ledger = createLedger({
    write(event) {
      if (event.event === 'object.created' || event.event === 'object.deleted' || event.event === 'note')
        journal.write(event)
    },
  })
  const namespace = namespaceName(runId, null)
  const second = `${namespace}-privileged`
  await makeMissing(cluster, ledger, namespace, 'baseline', runId, images)
  await makeMissing(cluster, ledger, second, 'privileged', runId, images).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error
    journal.write({ event: 'note', text: `no node can be looked at: ${error.message}` })
  })
  const created = (object: KubeObject) => ledger.created(object)
  const probeOn: ProbeOn = probesIn(cluster, {
    namespace: second,
    runId,
    images,
    signal,
    created,
  })
  return {
    namespace,
    images,
    probeOn,
    created,
    async removeWitnesses() {
      const objects = journal.record.objects.filter(
        ({ kind, namespace: of }) => of === namespace && (kind === 'Pod' || kind === 'PersistentVolumeClaim'),
      )
      await Promise.all(objects.map((object) => remove(cluster, object)))
      for (const object of objects) journal.write({ event: 'object.deleted', object })
    },
    async removeAll() {
      const left = await removeNamespaces(cluster, [namespace, second])
      for (const object of journal.record.objects) if (left === 0) journal.write({ event: 'object.deleted', object })
      journal.write({ event: 'cleaned', left })
    },
  }
}

/** A killed upgrade may have made one of the two. */
async function makeMissing(
  cluster: Cluster,
  ledger: Ledger,
  name: string,
  level: string,
  runId: string,
  images: ImageResolver,
): Promise<void> {
  if ((await cluster.find({ apiVersion: 'v1', kind: 'Namespace', name })) !== null) return
  await createNamespace(cluster, ledger, name, { 'pod-security.kubernetes.io/enforce': level }, runId, images)
}

async function remove(cluster: Cluster, { apiVersion, kind, namespace, name, uid }: ObjectRecord): Promise<void> {
  const ref = { apiVersion, kind, namespace: namespace ?? undefined, name, uid }
  await cluster.delete(ref)
  if (kind === 'Pod') await cluster.waitForDeleted(ref, { timeoutMs: REMOVAL_MS, what: `pod ${name} gone` })
}

/** Everything that an upgrade makes is in its two namespaces, and goes with them. @returns how many are still there */
async function removeNamespaces(cluster: Cluster, names: readonly string[]): Promise<number> {
  const gone = await Promise.all(
    names.map(async (name) => {
      const ref = { apiVersion: 'v1', kind: 'Namespace', name }
      try {
        await cluster.delete(ref)
        await cluster.waitForDeleted(ref, { timeoutMs: REMOVAL_MS, what: `namespace ${name} gone` })
        return true
      } catch {
        return (await cluster.find(ref).catch(() => ref)) === null
      }
    }),
  )
  return gone.filter((each) => !each).length
}
