import type { Behaviour } from '../../helpers/behaviour.ts'
import type { ClassFacts, NodeFacts } from '../../helpers/facts/facts.ts'
import type { ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import type { PodSpec } from '../../helpers/pods/podSpec.ts'
import type { PlannedArm } from '../../reports/record/arm.ts'
import type { Claim } from '../catalog/claim.ts'

/** An arm of the plan with all that running it takes. */
export interface Arm {
  readonly planned: PlannedArm
  readonly claim: Claim
  readonly definition: Behaviour
  readonly file: string
  /** The facts that the check sees: in control and canary arms those of the class whose claim is controlled. */
  readonly classFacts: ClassFacts | undefined
  /** The node that its pods are pinned to. Undefined when no node can take them. */
  readonly nodeFacts: NodeFacts | undefined
  readonly caseValue: unknown
  /** Pods of the check by name; empty for arms that are decided by the plan. */
  readonly pods: Readonly<Record<string, PodSpec>>
  /** Objects beside the pods, by the names that the check gives them. */
  readonly objects: Readonly<Record<string, ObjectSpec>>
  /** A second Kata node for pods that run elsewhere; undefined when there is none. */
  readonly otherNode: string | undefined
  /** Decided before it ran: why it is skipped, or what is broken in it. */
  readonly decided: { readonly verdict: 'skipped' | 'broken' | 'failed'; readonly reason: string } | null
  /** Id of the arm that controls this one; a failure on both is the environment's. */
  readonly control: string | null
}
