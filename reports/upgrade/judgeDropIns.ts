import type { Finding } from '../gate/finding.ts'
import { dropInsOf } from '../record/dropIns.ts'
import type { NodeState } from '../record/upgradeJournal.ts'

/** What an upgrade did to the operator's own settings on a node. */
export function judgeDropIns(was: NodeState, is: NodeState): Finding[] {
  const before = dropInsOf(was)
  const gone = before.filter((path) => is.files[path] === undefined)
  const other = before.filter((path) => is.files[path] !== undefined && is.files[path] !== was.files[path])
  const finding = (paths: readonly string[], of: Pick<Finding, 'weight' | 'title' | 'because'>): Finding[] =>
    paths.length === 0 ? [] : [{ ...of, subject: `drop-ins of node ${is.node}`, what: paths.join(', ') }]
  return [
    ...finding(gone, {
      weight: 'blocks',
      title: 'are gone',
      because: 'sandboxes that start from now on do without the settings in them',
    }),
    ...finding(other, {
      weight: 'told',
      title: 'have another size',
      because: 'the command wrote them anew; the checks after it ran with these',
    }),
  ]
}
