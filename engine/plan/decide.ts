import type { Behaviour } from '../../helpers/behaviour.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../helpers/facts/facts.ts'
import { hasHardware, teeOf } from '../../helpers/oracles/confidentialClass.ts'
import { snapshotterLacking } from '../../helpers/facts/snapshotterLacking.ts'
import type { ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import { type PodSpec, podSpecOf } from '../../helpers/pods/podSpec.ts'
import type { Claim } from '../catalog/claim.ts'
import type { Arm } from './arm.ts'
import { isLost } from './isLost.ts'
import { noRoom } from './noRoom.ts'
import { unmetNeeds } from './needs.ts'
import type { Expansion, Row, Subject } from './subjects.ts'

/** Evaluates the check's pods, and what is decided before anything runs. */
export function decide(
  claim: Claim,
  subject: Subject,
  row: Row,
  underTest: string | null,
  definition: Behaviour,
  expansion: Expansion,
): Pick<Arm, 'pods' | 'objects' | 'decided'> {
  const { facts, options } = expansion
  const skipped = (reason: string) => ({
    pods: {},
    objects: {},
    decided: { verdict: 'skipped' as const, reason },
  })
  const undecided = (reason: string) => {
    const unread = unreadBy(subject, definition, facts)
    if (unread === null) return skipped(reason)
    return {
      pods: {},
      objects: {},
      decided: { verdict: 'broken' as const, reason: `${reason}; facts could not be read: ${unread}` },
    }
  }
  if (typeof subject.applies === 'object' && 'unknown' in subject.applies) return undecided(subject.applies.unknown)
  const unmet = unmetNeeds(claim.needs, { facts, node: subject.nodeFacts, options })
  if (unmet.length > 0) return skipped(unmet.join('; '))
  if (!subject.nodeFacts && definition.on.scope !== 'cluster') return withoutNode(subject, facts)
  let pods: Readonly<Record<string, PodSpec>>
  let objects: Readonly<Record<string, ObjectSpec>>
  try {
    const context = { runtimeClass: underTest ?? undefined, case: row.value, facts: armFacts(facts, subject) }
    const asked = definition.pods(context)
    objects = definition.objects?.(context) ?? {}
    pods = Object.fromEntries(Object.entries(asked).map(([name, pod]) => [name, podSpecOf(pod)]))
  } catch (error) {
    if ((error as Error).name === 'FactUnknownError') return undecided((error as Error).message)
    return {
      pods: {},
      objects: {},
      decided: { verdict: 'broken', reason: `the check's pods cannot be made: ${(error as Error).message}` },
    }
  }
  if (!subject.nodeFacts && Object.keys(pods).length > 0) return withoutNode(subject, facts)
  const lacking =
    underTest === null || Object.keys(pods).length === 0
      ? null
      : (withoutHardware(subject) ?? withoutSnapshotter(subject, claim, facts))
  if (lacking !== null) return skipped(lacking)
  const alone = Object.values(pods).some(({ elsewhere }) => elsewhere) ? onlyHardware(subject, expansion) : null
  if (alone !== null) return skipped(alone)
  // A deadline for each of its pods would say the same, much later.
  const full = subject.nodeFacts && Object.keys(pods).length > 0 ? noRoom(subject.nodeFacts) : null
  if (full !== null) return { pods, objects, decided: { verdict: 'broken', reason: full } }
  return { pods, objects, decided: null }
}

/** What broke while the facts were read that decide about this arm; null when nothing did. */
export const unreadBy = (subject: Subject, { on }: Behaviour, facts: ClusterFacts): string | null =>
  subject.classFacts?.unread ??
  subject.nodeFacts?.unread ??
  (on.scope === 'cluster' ? facts.nodes.find(({ unread }) => unread !== undefined)?.unread : undefined) ??
  null

/** A class that the operator declares is held to it all the same; and claims about what happens without a snapshotter are about just that. */
export function withoutSnapshotter(
  { classFacts, nodeFacts }: Pick<Subject, 'classFacts' | 'nodeFacts'>,
  { needs }: Pick<Claim, 'needs'>,
  facts: ClusterFacts,
): string | null {
  if (!classFacts || !nodeFacts) return null
  if (facts.declared?.some(({ name }) => name === classFacts.name)) return null
  return needs.some((need) => /[:-]absent$/.test(need)) ? null : snapshotterLacking(classFacts, nodeFacts)
}

/** Declared or not: of a class for a TEE no pod starts without the hardware, which a claim of its own asserts, and what declares the class. */
export function withoutHardware({ classFacts, nodeFacts }: Pick<Subject, 'classFacts' | 'nodeFacts'>): string | null {
  if (!classFacts || !nodeFacts || hasHardware(classFacts, nodeFacts) !== false) return null
  return `${classFacts.name} needs hardware for ${teeOf(classFacts)} guests, which ${nodeFacts.name} has not: ${nodeFacts.tee?.how}`
}

/** Why a class for a TEE has no second node, where other classes have one. */
function onlyHardware(subject: Subject, expansion: Expansion): string | null {
  const { classFacts, nodeFacts } = subject
  if (!classFacts || !nodeFacts || otherNode(subject, expansion) !== undefined) return null
  const lacking = expansion.nodes.find((node) => hasHardware(classFacts, node) === false)
  if (!lacking) return null
  return `needs a second node with hardware for ${teeOf(classFacts)} guests; ${lacking.name} has none: ${lacking.tee?.how}`
}

/** Another node of the class, for pods that have to be elsewhere. */
export const otherNode = ({ classFacts, nodeFacts }: Subject, { nodes }: Expansion): string | undefined =>
  nodes.find(
    (node) =>
      node.name !== nodeFacts?.name && classFacts?.nodes.includes(node.name) && hasHardware(classFacts, node) !== false,
  )?.name

const armFacts = (cluster: ClusterFacts, subject: Subject) => ({
  cluster,
  class: subject.classFacts as ClassFacts,
  node: subject.nodeFacts as NodeFacts,
})

/** Skipped, or broken when a node that could take the pods is lost at the moment. */
function withoutNode(subject: Subject, facts: ClusterFacts): Pick<Arm, 'pods' | 'objects' | 'decided'> {
  const where = subject.classFacts?.nodes ?? facts.nodes.map((node) => node.name)
  const lost = facts.nodes.filter((node) => where.includes(node.name) && isLost(node))
  const why =
    where.length === 0
      ? 'the RuntimeClass selects none'
      : `${where.join(', ')} are not schedulable or have no usable KVM${lost.length > 0 ? `; ${lost[0]?.name}: ${lost[0]?.schedulable.how}` : ''}`
  const verdict = lost.length > 0 ? ('broken' as const) : ('skipped' as const)
  return { pods: {}, objects: {}, decided: { verdict, reason: `no node can take its pods: ${why}` } }
}
