import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { PolicyAsked, RuntimeClassFields } from '../../helpers/behaviour.ts'
import type { ObjectHandle } from '../../helpers/objects/objectHandle.ts'
import type { ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import type { NodeChanges } from '../../helpers/node/nodeChanges.ts'
import type { ImageResolver } from '../../helpers/pods/images.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import { unstartedPod } from '../../helpers/pods/podStartError.ts'
import { runLabels } from '../cluster/labels.ts'
import { clusterPolicy, isReady } from '../cluster/clusterPolicy.ts'
import { createNamespace } from '../cluster/namespaces.ts'
import type { ArmObjects } from '../cluster/armObjects.ts'
import type { Ledger } from '../cluster/ledger.ts'
import type { Workshops } from '../cluster/workshops.ts'
import type { Arm } from '../plan/arm.ts'
import type { PodStarter } from '../schedule/podPool.ts'

export interface Extras {
  createPod(spec: PodSpec): Promise<PodHandle>
  createObject(local: string, spec: ObjectSpec): Promise<ObjectHandle>
  temporaryRuntimeClass(handler: string, fields?: RuntimeClassFields): Promise<string>
  temporaryNamespace(labels: Readonly<Record<string, string | null>>): Promise<string>
  temporaryClusterPolicy(policy: PolicyAsked): Promise<string>
  readonly changes: NodeChanges
  /**
   * Undoes changes of the node, and begins the removal of the rest; what fails stays in the ledger, or for the sweep of the node.
   * @returns when the pods are gone
   */
  end(): Promise<{ readonly podsGone: Promise<void> }>
}

/** Pods that nobody kept room for would be turned away by the kubelet of a full node. */
function refuseMoreThanDeclared({ definition: { exclusive, furtherPods = 0 }, planned }: Arm, there: number): void {
  if (exclusive === true || there <= furtherPods) return
  throw new Error(`${planned.behaviour} has ${there} pods of createPod at once, but its furtherPods are ${furtherPods}`)
}

let count = 0

/** Kyverno's controllers set up its webhooks for a new kind or rule, which takes seconds. */
const POLICY_READY_MS = 60_000

/** Objects that a check makes in its course, each in the ledger, gone when the arm ends. */
export function createExtras(deps: {
  readonly arm: Arm
  readonly starter: PodStarter
  readonly cluster: Cluster
  readonly ledger: Ledger
  readonly objects: ArmObjects
  readonly workshops: Workshops
  readonly runId: string
  /** Of names, unique among runs and shards. */
  readonly scope: string
  readonly images: ImageResolver
  readonly signal: AbortSignal
}): Extras {
  const { arm, starter, cluster, ledger, objects, workshops, runId, scope, images, signal } = deps
  const pods: PodHandle[] = []
  let starting = 0
  const classes: KubeObject[] = []
  const namespaces: KubeObject[] = []
  const policies: KubeObject[] = []
  const changes = workshops.changesOn(arm.planned.node ?? '')
  return {
    changes,
    async createPod(spec) {
      const request = { key: '', spec, arm, name: `extra-${pods.length + 1}`, shared: false }
      const node = (spec.elsewhere ? arm.otherNode : arm.planned.node) ?? ''
      const there = pods.filter(({ deleted, outcome }) => !deleted && outcome !== 'refused').length + starting
      refuseMoreThanDeclared(arm, there + 1)
      starting += 1
      try {
        const pod = await starter.start(request, node, signal)
        pods.push(pod)
        return pod
      } catch (error) {
        const unstarted = unstartedPod(error)
        if (unstarted) pods.push(unstarted)
        throw error
      } finally {
        starting -= 1
      }
    },
    createObject: (local, spec) => objects.createMore(arm, local, spec),
    async temporaryRuntimeClass(handler, fields = {}) {
      count += 1
      const manifest: KubeObject = {
        apiVersion: 'node.k8s.io/v1',
        kind: 'RuntimeClass',
        metadata: { name: `kata-conformance-${scope}-${count}`, labels: runLabels(runId) },
        ...fields,
        handler,
      }
      const made = await ledger.make(cluster, manifest)
      classes.push(made)
      return made.metadata.name ?? ''
    },
    async temporaryClusterPolicy(asked) {
      count += 1
      const manifest = clusterPolicy(`kata-conformance-${scope}-${count}`, runId, asked)
      const made = await ledger.make(cluster, manifest)
      policies.push(made)
      const { apiVersion, kind, metadata } = made
      const target = { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '' }
      await cluster.waitFor(target, isReady, {
        signal,
        timeoutMs: POLICY_READY_MS,
        what: 'condition Ready of the policy',
      })
      return metadata.name ?? ''
    },
    async temporaryNamespace(labels) {
      count += 1
      const name = `kata-conformance-${scope}-${count}`
      const wanted = Object.entries({ 'pod-security.kubernetes.io/enforce': 'baseline', ...labels })
      const given = wanted.filter((each): each is [string, string] => each[1] !== null)
      const made = await createNamespace(cluster, ledger, name, Object.fromEntries(given), runId, images)
      namespaces.push(made)
      return name
    },
    async end() {
      const removals = pods.map((pod) => starter.remove(pod).catch(() => undefined))
      for (const { apiVersion, kind, metadata } of [...policies, ...classes, ...namespaces]) {
        const uid = metadata.uid ?? ''
        void cluster.delete({ apiVersion, kind, name: metadata.name ?? '', uid }).then(
          () => ledger.deleted(uid),
          () => undefined,
        )
      }
      objects.remove(arm)
      // What pods hold of a node is let go first: a device under a volume, a folder that is mounted.
      if (changes.made) await Promise.all(removals)
      // What fails is undone by the sweep at the end of the run, which looks for it on the node.
      await changes.undo().catch(() => undefined)
      return { podsGone: Promise.all(removals).then(() => undefined) }
    },
  }
}
