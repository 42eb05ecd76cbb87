import { type Facts, FactUnknownError } from '../facts/armFacts.ts'
import type { ClassFacts } from '../facts/facts.ts'
import { snapshotterLacking } from '../facts/snapshotterLacking.ts'

/** A class whose pods can start on the arm's node, of QEMU where there is one: for claims that hold whatever the class. Throws FactUnknownError. */
export function someClass({ cluster: { classes }, node }: Facts): ClassFacts {
  const here = classes.filter((each) => each.nodes.includes(node.name) && snapshotterLacking(each, node) === null)
  const found = here.find(({ hypervisor }) => hypervisor.value === 'qemu') ?? here[0]
  if (!found) throw new FactUnknownError('a Kata RuntimeClass for the node', `none can be scheduled to ${node.name}`)
  return found
}
