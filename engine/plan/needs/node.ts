import type { NodeFacts } from '../../../helpers/facts/facts.ts'
import type { Need } from '../need.ts'

const schedulable = ({ schedulable }: NodeFacts): boolean => schedulable.value !== false

/** Some node of the cluster that pods can be bound to is like that; else what all of them are. */
const someNode =
  (what: string, isSo: (node: NodeFacts) => boolean, how: (node: NodeFacts) => string): Need =>
  ({ facts }) =>
    facts.nodes.some((node) => schedulable(node) && isSo(node))
      ? null
      : `needs a node ${what}; ${facts.nodes.map((node) => `${node.name}: ${how(node)}`).join('; ')}`

/** Needs of claims about nodes that lack something, or are virtual machines themselves. */
export const nodeNeeds: Readonly<Record<string, Need>> = {
  'nested-virt': ({ node }) => {
    const fact = node?.nested
    if (fact?.value === true) return null
    return fact?.value === false
      ? `is about nodes that are virtual machines, which ${node?.name} is not: ${fact.how}`
      : `whether the node is a virtual machine is not known: ${fact?.how ?? 'no node to ask'}`
  },
  'node-without-kvm': someNode(
    'with Kata and without KVM',
    (node) => node.kata.value === true && node.kvmUsable.value === false,
    (node) => node.kvmUsable.how,
  ),
  'node-without-kata-label': someNode(
    'without Kata',
    (node) => node.kata.value === false,
    (node) => node.kata.how,
  ),
  rke2: ({ facts: { distribution } }) =>
    distribution.value === 'RKE2'
      ? null
      : `is about RKE2; this is ${distribution.value ?? 'unknown'}: ${distribution.how}`,
}
