import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ObjectHandle } from '../../helpers/objects/objectHandle.ts'
import type { ArmNames, ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import { completeManifest } from '../../helpers/pods/podManifest.ts'
import { podSpecOf } from '../../helpers/pods/podSpec.ts'
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
  /** Creates one more object in the course of the arm. Throws ApiError when the API server refuses it. */
  createMore(arm: Arm, local: string, spec: ObjectSpec): Promise<ObjectHandle>
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
  readonly images: ImageResolver
  readonly signal: AbortSignal
}): ArmObjects {
  const { cluster, ledger, namespaces, runId, scope, images, signal } = deps
  const created = new Map<Arm, Promise<Readonly<Record<string, ObjectHandle>>>>()
  const made = new Map<Arm, KubeObject[]>()

  const namesOf = (arm: Arm): ReadonlyMap<string, string> =>
    new Map(Object.keys(arm.objects).map((local) => [local, objectName(arm, local)]))

  function armNamesOf(arm: Arm): ArmNames {
    const names = namesOf(arm)
    // The run's label too: a second run on the cluster has arms of the same ids.
    const labelsOf = (pod: string) => ({ ...podLabels(arm, pod), ...runLabels(runId) })
    return {
      object(local) {
        const name = names.get(local)
        if (name === undefined) throw new Error(`${arm.planned.behaviour} has no object ${JSON.stringify(local)}`)
        return name
      },
      labelsOf,
      template(pod, asked) {
        const { manifest } = podSpecOf(asked)
        const labels = { ...labelsOf(pod), [BEHAVIOUR_LABEL]: arm.planned.behaviour }
        const node = arm.planned.node ?? undefined
        const { metadata, spec } = completeManifest(manifest, { name: '', namespace: '', labels, node, images })
        const { name: _name, namespace: _namespace, ...template } = metadata
        return { metadata: template, spec }
      },
    }
  }

  async function create(manifest: KubeObject, { clusterScoped }: ObjectSpec): Promise<KubeObject> {
    if (clusterScoped) return ledger.make(cluster, manifest, { signal })
    const object = { ...manifest, ...(await cluster.create(manifest, { signal })) }
    ledger.created(object)
    return object
  }

  async function createOne(arm: Arm, name: string, spec: ObjectSpec): Promise<ObjectHandle> {
    const namespace = namespaceOf(arm, namespaces)
    const manifest = manifestOf(spec, armNamesOf(arm), { name, namespace, arm, runId, scope })
    const object = await create(manifest, spec)
    made.set(arm, [...(made.get(arm) ?? []), object])
    return handleOf(cluster, object, signal)
  }

  async function createAll(arm: Arm): Promise<Readonly<Record<string, ObjectHandle>>> {
    const handles = await Promise.all(
      Object.entries(arm.objects).map(
        async ([local, spec]) => [local, await createOne(arm, objectName(arm, local), spec)] as const,
      ),
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
    createMore: (arm, local, spec) => createOne(arm, objectName(arm, local), spec),
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
  { apiVersion, kind, clusterScoped, annotations, content }: ObjectSpec,
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
    ...(annotations ? { annotations: { ...annotations } } : {}),
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
