import type { CheckApi, PolicyAsked, RuntimeClassFields } from '../../helpers/behaviour.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import type { NodeChanges } from '../../helpers/node/nodeChanges.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import type { ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import type { ObjectHandle } from '../../helpers/objects/objectHandle.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import type { Evidence } from '../../reports/record/arm.ts'
import type { FigureHead, Sample } from '../../reports/record/figure.ts'
import type { Arm } from '../plan/arm.ts'
import type { Ground } from './ground.ts'
import type { LostRejections } from './lostRejections.ts'

/** What running arms takes from the run. */
export interface ArmServices {
  readonly facts: ClusterFacts
  readonly api: CheckApi
  readonly lost: LostRejections
  readonly signal: AbortSignal
  /** Objects beside the arm's pods: made once, before the first pod. */
  objects(arm: Arm): Promise<Readonly<Record<string, ObjectHandle>>>
  acquire(arm: Arm): Readonly<Record<string, Promise<PodHandle>>>
  /** @param furtherGone when the pods that its check made are gone */
  release(arm: Arm, furtherGone: Promise<void>): void
  /** The arm will be tried once more: its pods are wanted again, and those that are lost are not handed out any more. */
  again(arm: Arm, lost: readonly PodHandle[]): void
  /** What the arm stands on from now on. */
  ground(): Ground
  probe(node: string): NodeProbe
  /** Of every node that has one. */
  probes(): readonly NodeProbe[]
  /** Objects that a check makes in its course; `end` removes them. */
  extras(arm: Arm): {
    createPod(spec: PodSpec): Promise<PodHandle>
    createObject(local: string, spec: ObjectSpec): Promise<ObjectHandle>
    temporaryRuntimeClass(handler: string, fields?: RuntimeClassFields): Promise<string>
    temporaryNamespace(labels: Readonly<Record<string, string | null>>): Promise<string>
    temporaryClusterPolicy(policy: PolicyAsked): Promise<string>
    /** Changes on the arm's node. */
    readonly changes: NodeChanges
    end(): Promise<{ readonly podsGone: Promise<void> }>
  }
  /** A reading that was taken, for the journal. */
  sampled?(arm: Arm, figure: FigureHead, sample: Sample): void
  collectEvidence(arm: Arm, pods: readonly PodHandle[], message: string): Promise<readonly Evidence[]>
}
