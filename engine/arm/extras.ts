import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import type { NodeChanges } from '../../helpers/node/nodeChanges.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import { PodStartError } from '../../helpers/pods/podStartError.ts'
import { runLabels } from '../cluster/labels.ts'
import type { ArmObjects } from '../cluster/armObjects.ts'
import type { Ledger } from '../cluster/ledger.ts'
import type { Workshops } from '../cluster/workshops.ts'
import type { Arm } from '../plan/arm.ts'
import type { PodStarter } from '../schedule/podPool.ts'

export interface Extras {
  createPod(spec: PodSpec): Promise<PodHandle>
  temporaryRuntimeClass(handler: string): Promise<string>
  readonly changes: NodeChanges
  /** Undoes changes of the node, and begins the removal of the rest; what fails stays in the ledger, or for the sweep of the node. */
  end(): Promise<void>
}

let count = 0

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
  readonly signal: AbortSignal
}): Extras {
  const { arm, starter, cluster, ledger, objects, workshops, runId, scope, signal } = deps
  const pods: PodHandle[] = []
  const classes: KubeObject[] = []
  const changes = workshops.changesOn(arm.planned.node ?? '')
  return {
    changes,
    async createPod(spec) {
      const request = { key: '', spec, arm, name: `extra-${pods.length + 1}`, shared: false }
      const node = (spec.elsewhere ? arm.otherNode : arm.planned.node) ?? ''
      try {
        const pod = await starter.start(request, node, signal)
        pods.push(pod)
        return pod
      } catch (error) {
        if (error instanceof PodStartError && error.pod) pods.push(error.pod)
        throw error
      }
    },
    async temporaryRuntimeClass(handler) {
      count += 1
      const manifest: KubeObject = {
        apiVersion: 'node.k8s.io/v1',
        kind: 'RuntimeClass',
        metadata: { name: `kata-conformance-${scope}-${count}`, labels: runLabels(runId) },
        handler,
      }
      const made = { ...manifest, ...(await cluster.create(manifest)) }
      ledger.created(made)
      classes.push(made)
      return made.metadata.name ?? ''
    },
    async end() {
      for (const pod of pods) void starter.remove(pod).catch(() => undefined)
      for (const { apiVersion, kind, metadata } of classes) {
        const uid = metadata.uid ?? ''
        void cluster.delete({ apiVersion, kind, name: metadata.name ?? '', uid }).then(
          () => ledger.deleted(uid),
          () => undefined,
        )
      }
      objects.remove(arm)
      await changes.undo().catch(() => undefined)
    },
  }
}
