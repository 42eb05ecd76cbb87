import type { Finding } from '../gate/finding.ts'
import type { NodeState } from '../record/upgradeJournal.ts'
import type { UpgradeRecord } from '../record/upgradeRecord.ts'
import { judgeDropIns } from './judgeDropIns.ts'

/** What is on the nodes that should not be, and what is not there any more. After a roll-back: whatever was not there before the upgrade. */
export function judgeResidue(record: UpgradeRecord, origin: UpgradeRecord | null): Finding[] {
  const before = (origin ?? record).stateBefore
  const { stateAfter: after } = record
  if (before === null || after === null) return []
  return after.nodes.flatMap((is): Finding[] => {
    const was = before.nodes.find(({ node }) => node === is.node) ?? null
    if (is.unknown !== null) return [unseen(is)]
    return [
      ...orphans(was, is),
      ...(origin === null ? handlers(is, new Set(after.classes.map(({ handler }) => handler))) : []),
      ...(was === null ? [] : origin === null ? judgeDropIns(was, is) : rolledBack(was, is)),
    ]
  })
}

const unseen = ({ node, unknown }: NodeState): Finding => ({
  weight: 'open',
  subject: `node ${node}`,
  title: 'what is left on it',
  what: unknown ?? '',
  because: 'nobody could look',
  settledBy: 'make the node answer, then kata-conformance upgrade --resume FOLDER',
})

function orphans(was: NodeState | null, is: NodeState): Finding[] {
  const left = is.orphans.filter((each) => !(was?.orphans ?? []).includes(each))
  if (left.length === 0) return []
  return [
    {
      weight: 'blocks',
      subject: `node ${is.node}`,
      title: 'processes of no pod',
      what: left.slice(0, 8).join(', '),
      because: 'shims and hypervisors whose pods are gone keep their memory for ever',
    },
  ]
}

function handlers(is: NodeState, wanted: ReadonlySet<string>): Finding[] {
  const left = is.handlers.filter((handler) => !wanted.has(handler))
  if (left.length === 0) return []
  return [
    {
      weight: 'told',
      subject: `node ${is.node}`,
      title: 'handlers without a RuntimeClass',
      what: left.join(', '),
      because: 'containerd still has them; no class leads there',
    },
  ]
}

function rolledBack(was: NodeState, is: NodeState): Finding[] {
  const more = Object.keys(is.files).filter((file) => was.files[file] === undefined)
  const less = Object.keys(was.files).filter((file) => is.files[file] === undefined)
  const other = Object.keys(was.files).filter(
    (file) => is.files[file] !== undefined && is.files[file] !== was.files[file],
  )
  const lines = [
    ...(was.version === is.version ? [] : [`Kata ${was.version ?? 'absent'} before, ${is.version ?? 'absent'} now`]),
    ...(was.label === is.label ? [] : [`label ${was.label ?? 'absent'} before, ${is.label ?? 'absent'} now`]),
    ...said('files more', more),
    ...said('files less', less),
    ...said('files of another size', other),
    ...said(
      'handlers more',
      is.handlers.filter((each) => !was.handlers.includes(each)),
    ),
    ...said(
      'handlers less',
      was.handlers.filter((each) => !is.handlers.includes(each)),
    ),
  ]
  if (lines.length === 0) return []
  return [
    {
      weight: 'blocks',
      subject: `node ${is.node}`,
      title: 'residue after the roll-back',
      what: lines.join('; '),
      because: 'a roll-back ends where the upgrade began',
    },
  ]
}

const said = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${names.length} ${what}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`]
