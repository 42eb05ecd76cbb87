import type { NodeFacts } from '../../helpers/facts/facts.ts'

/** Why no further pod fits on the node, however small; null when one does, or when that is not known. */
export function noRoom({ name, allocatablePods, requestedPods }: NodeFacts): string | null {
  const [all, taken] = [allocatablePods.value, requestedPods.value]
  if (all === null || taken === null || taken < all) return null
  return `node ${name} has no room for a pod: ${taken} of ${all} are there`
}
