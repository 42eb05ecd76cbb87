import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ObjectHandle } from '../../helpers/objects/objectHandle.ts'
import type { ArmNames, ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import type { Arm } from '../plan/arm.ts'
import { ARM_LABEL, armLabelValue, BEHAVIOUR_LABEL, POD_LABEL, runLabels } from './labels.ts'
import type { Ledger } from './ledger.ts'
import type { RunNamespaces } from './namespaces.ts'

/** Objects beside the pods of arms: made before the arm's first pod, gone with the arm. */
export interface ArmObjects {
  /** Names on the cluster by the names that the check gives. */
  namesOf(arm: Arm): ReadonlyMap<string, string>
  /** Creates the arm's objects, once. Throws ApiError when the API server refuses one. */
  create(arm: Arm): Promise<Readonly<Record<string, ObjectHandle>>>
  /** Begins the removal of the arm's objects; what fails stays in the ledger. */
  remove(arm: Arm): void
}

/** Labels that tell a pod of an arm with objects from every other pod. */
export const podLabels = (arm: Arm, pod: string): Record<string, string> => ({
  [ARM_LABEL]: armLabelValue(arm.planned.id),
  [POD_LABEL]: pod,
})

export function createArmObjects(deps: {
  readonly cluster: Cluster
  readonly ledger: Ledger
  readonly namespaces: RunNamespaces
  readonly runId: string
  /** Of names, unique among runs and shards. */
  readonly scope: string
  readonly signal: AbortSignal
}): ArmObjects {
  const { cluster, ledger, namespaces, runId, scope, signal } = deps
  const created = new Map<Arm, Promise<Readonly<Record<string, ObjectHandle>>>>()
  const made = new Map<Arm, KubeObject[]>()

  const namesOf = (arm: Arm): ReadonlyMap<string, string> =>
    new Map(Object.keys(arm.objects).map((local) => [local, objectName(arm, local)]))

  async function createAll(arm: Arm): Promise<Readonly<Record<string, ObjectHandle>>> {
    const names = namesOf(arm)
    const armNames: ArmNames = {
      object(local) {
        const name = names.get(local)
        if (name === undefined) throw new Error(`${arm.planned.behaviour} has no object ${JSON.stringify(local)}`)
        return name
      },
      // The run's label too: a second run on the cluster has arms of the same ids.
      labelsOf: (pod) => ({ ...podLabels(arm, pod), ...runLabels(runId) }),
    }
    const namespace = namespaceOf(arm, namespaces)
    const handles = await Promise.all(
      Object.entries(arm.objects).map(async ([local, spec]) => {
        const manifest = manifestOf(spec, armNames, { name: armNames.object(local), namespace, arm, runId, scope })
        const object = { ...manifest, ...(await cluster.create(manifest, { signal })) }
        ledger.created(object)
        made.set(arm, [...(made.get(arm) ?? []), object])
        return [local, handleOf(cluster, object, signal)] as const
      }),
    )
    return Object.fromEntries(handles)
  }

  return {
    namesOf,
    create(arm) {
      const known = created.get(arm) ?? createAll(arm)
      created.set(arm, known)
      return known
    },
    remove(arm) {
      const creating = created.get(arm) ?? Promise.resolve({})
      void creating
        .catch(() => undefined)
        .then(() => Promise.allSettled((made.get(arm) ?? []).map((object) => removeObject(cluster, ledger, object))))
    },
  }
}

const objectName = (arm: Arm, local: string): string =>
  `${arm.planned.behaviour.toLowerCase()}-${armLabelValue(arm.planned.id)}-${local.toLowerCase()}`

/** All pods and objects of one arm share a namespace: the privileged one as soon as one of its pods needs it. */
export function namespaceOf(arm: Arm, namespaces: RunNamespaces): string {
  const privileged = Object.values(arm.pods).some((pod) => pod.privileged)
  if (!privileged) return namespaces.baseline
  if (namespaces.privileged === null) throw new Error('the suite has no namespace of Pod Security level privileged')
  return namespaces.privileged
}

const manifestOf = (
  { apiVersion, kind, clusterScoped, content }: ObjectSpec,
  names: ArmNames,
  of: {
    readonly name: string
    readonly namespace: string
    readonly arm: Arm
    readonly runId: string
    readonly scope: string
  },
): KubeObject => ({
  apiVersion,
  kind,
  metadata: {
    // A name without a namespace has to be unique among runs and shards.
    name: clusterScoped ? `kata-conformance-${of.scope}-${of.name}` : of.name,
    ...(clusterScoped ? {} : { namespace: of.namespace }),
    labels: { ...runLabels(of.runId), [BEHAVIOUR_LABEL]: of.arm.planned.behaviour },
  },
  ...content(names),
})

function handleOf(cluster: Cluster, created: KubeObject, signal: AbortSignal): ObjectHandle {
  const { apiVersion, kind, metadata } = created
  const { name = '', namespace, uid = '' } = metadata
  const ref = { apiVersion, kind, namespace, name }
  let object = created
  return {
    name,
    namespace,
    get object() {
      return object
    },
    async patch(change) {
      object = await cluster.patch(ref, change, { type: 'merge', signal })
      return object
    },
    async waitFor(what, until, timeoutMs) {
      object = await cluster.waitFor({ ...ref, uid }, until, { what, timeoutMs, signal })
      return object
    },
  }
}

/** A claim goes when its pods are gone (pvc-protection), and the namespace only after it: the end of the run waits for that. */
async function removeObject(
  cluster: Cluster,
  ledger: Ledger,
  { apiVersion, kind, metadata }: KubeObject,
): Promise<void> {
  const { name = '', namespace, uid = '' } = metadata
  await cluster.delete({ apiVersion, kind, namespace, name, uid })
  ledger.deleted(uid)
}
