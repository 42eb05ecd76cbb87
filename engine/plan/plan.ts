import type { Applicability, Behaviour, RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../helpers/facts/facts.ts'
import type { ObjectSpec } from '../../helpers/objects/objectSpec.ts'
import { type PodSpec, podSpecOf } from '../../helpers/pods/podSpec.ts'
import type { Role } from '../../reports/record/verdict.ts'
import type { ClaimRecord } from '../../reports/record/journal.ts'
import type { Catalog } from '../catalog/loadCatalog.ts'
import type { Claim } from '../catalog/claim.ts'
import type { RunOptions } from '../options.ts'
import type { Arm } from './arm.ts'
import { homeNodes, testedNodes } from './homeNode.ts'
import { isLost } from './isLost.ts'
import { unmetNeeds } from './needs.ts'
import { outsideVersions } from './versionRange.ts'

export interface Plan {
  readonly arms: readonly Arm[]
  readonly claims: readonly ClaimRecord[]
}

type CatalogClaim = Claim & { readonly chapter: string }

/** What a check is run on: a class on its home node, a node, or the cluster. */
interface Subject {
  readonly label: string | null
  readonly classFacts: ClassFacts | undefined
  readonly nodeFacts: NodeFacts | undefined
  readonly applies: Applicability
}

/** Expands claims and checks into arms, by facts. Pure: nothing is asked of the cluster. */
export function makePlan(
  catalog: Catalog,
  registered: readonly RegisteredBehaviour[],
  facts: ClusterFacts,
  options: RunOptions,
): Plan {
  const nodes = testedNodes(facts, options.nodes)
  const homes = homeNodes(facts, nodes)
  const checks = new Map(registered.map((each) => [each.id, each]))
  const arms: Arm[] = []
  const claims: ClaimRecord[] = []
  for (const claim of inFileOrder(catalog, registered)) {
    const check = checks.get(claim.id)
    const notApplicable: { subject: string; reason: string }[] = []
    const expanded = check ? armsOf(claim, check, { facts, options, nodes, homes, notApplicable }) : []
    // Canaries belong to every run, whatever was selected: without them a green line proves nothing.
    arms.push(...expanded.filter(({ planned }) => isSelected(claim, options) || planned.role === 'canary'))
    claims.push(claimRecord(claim, check?.definition, notApplicable, isSelected(claim, options)))
  }
  return { arms, claims }
}

/** Claims with a check first, as their files are loaded; then the others, as the catalogue has them. */
function inFileOrder(catalog: Catalog, registered: readonly RegisteredBehaviour[]): CatalogClaim[] {
  const withCheck = registered.flatMap(({ id }) => catalog.claims.get(id) ?? [])
  const ids = new Set(registered.map(({ id }) => id))
  return [...withCheck, ...[...catalog.claims.values()].filter((claim) => !ids.has(claim.id))]
}

export const isSelected = (
  claim: CatalogClaim,
  options: Pick<RunOptions, 'chapters' | 'levels' | 'behaviours'>,
): boolean =>
  (options.chapters.length === 0 || options.chapters.includes(claim.chapter)) &&
  (options.levels.length === 0 || options.levels.includes(claim.level)) &&
  (options.behaviours.length === 0 || options.behaviours.includes(claim.id))

const claimRecord = (
  claim: CatalogClaim,
  definition: Behaviour | undefined,
  notApplicable: ClaimRecord['notApplicable'],
  selected: boolean,
): ClaimRecord => ({
  id: claim.id,
  chapter: claim.chapter,
  title: claim.title,
  statement: claim.statement,
  source: claim.source,
  level: claim.level,
  kind: claim.kind,
  gate: claim.gate,
  executable: definition !== undefined,
  reason: whyWithoutArms(claim, definition, selected),
  notApplicable,
  killedBy: Object.keys(definition?.killedBy ?? {}),
})

function whyWithoutArms(claim: Claim, definition: Behaviour | undefined, selected: boolean): string | null {
  if (claim.reason) return claim.reason
  if (!definition) return 'its check is not written yet'
  return selected ? null : 'not selected for this run'
}

interface Expansion {
  readonly facts: ClusterFacts
  readonly options: RunOptions
  readonly nodes: readonly NodeFacts[]
  readonly homes: ReadonlyMap<string, NodeFacts>
  readonly notApplicable: { subject: string; reason: string }[]
}

function armsOf(claim: CatalogClaim, check: RegisteredBehaviour, expansion: Expansion): Arm[] {
  const { definition } = check
  const subjects = subjectsOf(claim, definition, expansion)
  const applicable = subjects.filter((subject) => typeof subject.applies === 'boolean' || 'unknown' in subject.applies)
  for (const subject of subjects) {
    if (typeof subject.applies === 'object' && 'no' in subject.applies) {
      expansion.notApplicable.push({ subject: subject.label ?? 'cluster', reason: subject.applies.no })
    }
  }
  if (applicable.length === 0) return [decidedArm(claim, check, expansion)]
  const rows = rowsOf(claim, definition)
  const checkArms = applicable.flatMap((subject) =>
    rows.map((row) => createArm(claim, check, subject, row, 'check', expansion)),
  )
  const first = applicable.find((subject) => subject.applies === true)
  const extra: Arm[] = []
  if (definition.control && first)
    extra.push(...rows.map((row) => createArm(claim, check, first, row, 'control', expansion)))
  if (definition.canary && first && rows[0]) extra.push(createArm(claim, check, first, rows[0], 'canary', expansion))
  return [...checkArms, ...extra]
}

function subjectsOf(claim: CatalogClaim, { on }: Behaviour, { facts, homes, options }: Expansion): Subject[] {
  const outside = outsideVersions(claim.versions, facts.kataVersion.value)
  const limited = (applies: () => Applicability): Applicability => (outside === null ? applies() : { no: outside })
  switch (on.scope) {
    case 'class':
      return facts.classes
        .filter((each) => options.classes.length === 0 || options.classes.includes(each.name))
        .map((each) => ({
          label: each.name,
          classFacts: each,
          nodeFacts: homes.get(each.name),
          applies: limited(() => on.applies(each, facts)),
        }))
    case 'node':
      return facts.nodes
        .filter(
          (node) => node.kata.value !== false && (options.nodes.length === 0 || options.nodes.includes(node.name)),
        )
        .map((node) => ({
          label: node.name,
          classFacts: facts.classes.find((each) => each.nodes.includes(node.name)),
          nodeFacts: node,
          applies: limited(() => on.applies(node, facts)),
        }))
    case 'cluster': {
      const [home] = homes.values()
      return [{ label: null, classFacts: facts.classes[0], nodeFacts: home, applies: limited(() => on.applies(facts)) }]
    }
  }
}

interface Row {
  readonly id: string | null
  readonly value: unknown
  readonly gate: boolean
}

function rowsOf(claim: Claim, definition: Behaviour): Row[] {
  if (!definition.cases) return [{ id: null, value: undefined, gate: claim.gate }]
  return Object.entries(definition.cases).map(([id, value]) => {
    const row = claim.cases?.find((each) => each.id === id)
    return { id, value, gate: claim.gate && row?.gate !== false }
  })
}

function createArm(
  claim: CatalogClaim,
  check: RegisteredBehaviour,
  subject: Subject,
  row: Row,
  role: Role,
  expansion: Expansion,
): Arm {
  const { definition } = check
  const isClass = definition.on.scope === 'class'
  const underTest = role === 'check' && isClass ? (subject.classFacts?.name ?? null) : null
  const node = subject.nodeFacts
  const name = role === 'check' ? subject.label : role
  const { pods, objects, decided } = decide(claim, subject, row, underTest, definition, expansion)
  return {
    planned: {
      id: [claim.id, name, row.id].filter((part) => part !== null).join(' '),
      behaviour: claim.id,
      chapter: claim.chapter,
      title: claim.title,
      level: claim.level,
      gate: role === 'check' && row.gate,
      role,
      runtimeClass: underTest,
      node: node?.name ?? null,
      case: row.id,
    },
    claim,
    definition,
    file: check.file,
    classFacts: subject.classFacts,
    nodeFacts: node,
    caseValue: row.value,
    pods,
    objects,
    otherNode: otherNode(subject, expansion),
    decided,
    control:
      role === 'check' && definition.control
        ? [claim.id, 'control', row.id].filter((part) => part !== null).join(' ')
        : null,
  }
}

/** Evaluates the check's pods, and what is decided before anything runs. */
function decide(
  claim: Claim,
  subject: Subject,
  row: Row,
  underTest: string | null,
  definition: Behaviour,
  { facts, options }: Expansion,
): Pick<Arm, 'pods' | 'objects' | 'decided'> {
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
  return { pods, objects, decided: null }
}

/** What broke while the facts were read that decide about this arm; null when nothing did. */
const unreadBy = (subject: Subject, { on }: Behaviour, facts: ClusterFacts): string | null =>
  subject.classFacts?.unread ??
  subject.nodeFacts?.unread ??
  (on.scope === 'cluster' ? facts.nodes.find(({ unread }) => unread !== undefined)?.unread : undefined) ??
  null

/** Another node of the class, for pods that have to be elsewhere. */
const otherNode = ({ classFacts, nodeFacts }: Subject, { nodes }: Expansion): string | undefined =>
  nodes.find(({ name }) => name !== nodeFacts?.name && classFacts?.nodes.includes(name))?.name

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

/** A claim that applies to nothing here: one arm that says so, so that the claim does not vanish. */
function decidedArm(claim: CatalogClaim, check: RegisteredBehaviour, { notApplicable, facts }: Expansion): Arm {
  const reasons = [...new Set(notApplicable.map(({ reason }) => reason))]
  const none = facts.classes.length === 0 ? 'the cluster has no Kata RuntimeClass' : 'applies to no RuntimeClass here'
  return {
    planned: {
      id: claim.id,
      behaviour: claim.id,
      chapter: claim.chapter,
      title: claim.title,
      level: claim.level,
      gate: claim.gate,
      role: 'check',
      runtimeClass: null,
      node: null,
      case: null,
    },
    claim,
    definition: check.definition,
    file: check.file,
    classFacts: undefined,
    nodeFacts: undefined,
    caseValue: undefined,
    pods: {},
    objects: {},
    otherNode: undefined,
    decided: { verdict: 'skipped', reason: reasons.length > 0 ? reasons.join('; ') : none },
    control: null,
  }
}
