import { need } from '../facts/armFacts.ts'
import type { ClassFacts, ClusterFacts, Hypervisor, ShimFamily } from '../facts/facts.ts'
import type { ClassCondition } from './applicability.ts'

/** What the class to compare with is. */
export interface Comparable {
  readonly shim?: ShimFamily
  readonly hypervisor: Hypervisor
}

/**
 * Another class of the same default_memory, on a node that both can run on: figures of the two differ by what the claim is about and not by the size of the
 * VM. The first in the cluster's order; null when there is none.
 */
export function comparableClass(of: ClassFacts, cluster: ClusterFacts, wanted: Comparable): ClassFacts | null {
  return (
    cluster.classes.find(
      (other) =>
        other.name !== of.name &&
        (wanted.shim === undefined || other.shim.value === wanted.shim) &&
        other.hypervisor.value === wanted.hypervisor &&
        other.confidential.value !== true &&
        other.defaultMemoryMiB.value !== null &&
        other.defaultMemoryMiB.value === of.defaultMemoryMiB.value &&
        other.nodes.some((node) => of.nodes.includes(node)),
    ) ?? null
  )
}

/** There is such a class. */
export const comparableWith =
  (wanted: Comparable): ClassCondition =>
  (of, cluster) => {
    if (of.defaultMemoryMiB.value === null) return { unknown: `default_memory is unknown: ${of.defaultMemoryMiB.how}` }
    return comparableClass(of, cluster, wanted)
      ? true
      : { no: `no class of ${textOf(wanted)} has default_memory = ${of.defaultMemoryMiB.value} to compare with` }
  }

/** Its name. Throws FactUnknownError when there is none: the claim's condition has said so before. */
export const nameOfComparable = (of: ClassFacts, cluster: ClusterFacts, wanted: Comparable): string =>
  need(
    { value: comparableClass(of, cluster, wanted)?.name ?? null, how: `no class of ${textOf(wanted)} to compare with` },
    'a class to compare with',
  )

const textOf = ({ shim, hypervisor }: Comparable): string =>
  shim === undefined ? hypervisor : `the ${shim === 'go' ? 'Go' : 'Rust'} shim with ${hypervisor}`
