import type { AcceptedDifference } from '../contract/kubernetes/acceptedDifferences.ts'

const node = 'the node is another machine, with another history'

const ofNode = (prefix: string): string[] =>
  ['metadata.managedFields', 'spec.taints', 'status'].map((path) => `${prefix}.${path}`)

/** Where a live API server of the recorded release answers otherwise than the recorded one, because its cluster is another. */
export const acceptedLive: readonly AcceptedDifference[] = [
  { scenario: 'nodes', step: 'list', why: node, ignore: ofNode('body.items.0') },
  {
    scenario: 'nodes',
    step: 'table',
    why: node,
    ignore: [
      'body.rows.0.object.metadata.managedFields',
      ...[1, 5, 7, 8, 9].map((cell) => `body.rows.0.cells.${cell}`),
    ],
  },
  { scenario: 'nodes', step: 'cordon', why: node, ignore: ofNode('body') },
  { scenario: 'nodes', step: 'uncordon', why: node, ignore: ofNode('body') },
  {
    scenario: 'runtimeclass',
    step: 'list as table',
    why: 'each cluster has RuntimeClasses of its own',
    ignore: ['body.rows'],
  },
]
