import type { Behaviour, RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import type { Role } from '../../reports/record/verdict.ts'
import type { ClaimRecord } from '../../reports/record/journal.ts'
import type { Catalog } from '../catalog/loadCatalog.ts'
import type { Claim } from '../catalog/claim.ts'
import type { RunOptions } from '../options.ts'
import type { Arm } from './arm.ts'
import { decide, otherNode, unreadBy } from './decide.ts'
import { homeNodes, testedNodes } from './homeNode.ts'
import { type Expansion, type Row, rowsOf, type Subject, subjectsOf } from './subjects.ts'

type CatalogClaim = Claim & { readonly chapter: string }

export interface Plan {
  readonly arms: readonly Arm[]
  readonly claims: readonly ClaimRecord[]
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
    const chosen = expanded.filter(({ planned }) => isSelected(claim, options) || planned.role === 'canary')
    arms.push(...chosen.flatMap((arm) => repeated(arm, options.repeat)))
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
  if (!definition) return 'its check is not among the loaded specs'
  return selected ? null : 'not selected for this run'
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
  const rows = rowsOf(claim, definition, expansion.facts)
  const checkArms = applicable.flatMap((subject) =>
    rows.map((row) => createArm(claim, check, subject, row, 'check', expansion)),
  )
  // A canary or a control that is left out because a fact could not be read would look as if there were none.
  const first =
    applicable.find((subject) => subject.applies === true) ??
    applicable.find((subject) => unreadBy(subject, definition, expansion.facts) !== null)
  const extra: Arm[] = []
  if (definition.control && first)
    extra.push(...rows.map((row) => createArm(claim, check, first, row, 'control', expansion)))
  if (definition.canary && first && rows[0]) extra.push(createArm(claim, check, first, rows[0], 'canary', expansion))
  return [...checkArms, ...extra]
}

/** Controls and canaries say what the cluster is like: once is enough, as it is for what the plan decides. */
function repeated(arm: Arm, times: number): Arm[] {
  if (arm.planned.role !== 'check' || arm.decided) return [arm]
  const again = Array.from({ length: times - 1 }, (_, index): Arm => {
    const repeat = index + 2
    return { ...arm, planned: { ...arm.planned, id: `${arm.planned.id} #${repeat}`, repeat } }
  })
  return [arm, ...again]
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
      repeat: 1,
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
      repeat: 1,
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
