import type { NodeFacts } from '../../helpers/facts/facts.ts'

/** The node is not Ready: nobody knows whether it could do what is claimed. A cordoned one is left out by its operator's wish. */
export const isLost = (node: NodeFacts): boolean => node.schedulable.how.includes('not Ready')
