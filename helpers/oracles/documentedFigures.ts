import type { ClassFacts, ClusterFacts } from '../facts/facts.ts'
import { need } from '../facts/armFacts.ts'
import { type ClassCondition, decide } from './applicability.ts'
import { measuredReleases, measuredReserve, minorRelease, roomForContainers } from './guestMemory.ts'
import { memoryModel, sandboxMemory } from './sandboxSize.ts'

/** The class's default_memory is this one, MiB. */
export const defaultMemory =
  (mebibytes: number): ClassCondition =>
  ({ defaultMemoryMiB }) =>
    decide('default_memory', defaultMemoryMiB, (value) => value === mebibytes)

/** The release is one that the guide's figures were measured with: they are no promise about another guest kernel and image. */
export const measuredRelease: ClassCondition = (_class, { kataVersion }) =>
  decide('the release of Kata', kataVersion, (version) => measuredReleases.includes(minorRelease(version)))

/** Somebody measured what the guest's kernel keeps of this much RAM under the class's VMM. */
export const measuredAt =
  (bootMiB: number): ClassCondition =>
  ({ hypervisor }) =>
    decide('hypervisor', hypervisor, (value) => measuredReserve(value, bootMiB) !== null)

/** Memory of limits is plugged into the running VM, on top of default_memory. */
export const memoryHotplugged: ClassCondition = (of) => {
  const unknown = [of.sizing, of.shim].find((fact) => fact.value === null)
  if (unknown) return { unknown: `how its VM is sized is unknown: ${unknown.how}` }
  const why =
    of.sizing.value === 'static'
      ? of.sizing.how
      : 'the Rust shim adds the limits to default_memory before the VM starts'
  return (
    memoryModel(of) === 'hotplug' || { no: `its VM boots with the memory of its limits (${why}), nothing is plugged` }
  )
}

/** CPU requests have no part in the size of the sandbox. */
export const cpuRequestsDoNotCount: ClassCondition = ({ shim, sizing }) => {
  const unknown = [sizing, shim].find((fact) => fact.value === null)
  if (unknown) return { unknown: `how its VM is sized is unknown: ${unknown.how}` }
  return shim.value === 'rust' && sizing.value === 'static'
    ? {
        no: 'the Rust shim sizes a static sandbox by the CPU requests of containers without a limit (initial_size.rs, calculate_vcpus)',
      }
    : true
}

/** The VM of a container with this memory limit has room for the limit itself and for kernel and agent. */
export const vmHolds =
  (limitMiB: number): ClassCondition =>
  (of) => {
    const unknown = [of.sizing, of.defaultMemoryMiB, of.shim].find((fact) => fact.value === null)
    if (unknown) return { unknown: `the size of its VM is unknown: ${unknown.how}` }
    const size = sandboxMemory(of, [limitMiB])
    const room = Math.floor(roomForContainers(size))
    return room >= limitMiB
      ? true
      : {
          no: `its VM of ${size.bootMiB + size.hotplugMiB} MiB for a limit of ${limitMiB} MiB leaves about ${room} MiB to containers: full before the limit`,
        }
  }

/**
 * The class that differs from this one by a larger default_memory (2048 unless configured): same shim, same VMM, same sizing, and it can run on a
 * node that this one runs on. Null when the cluster has none.
 */
export function largerTwin(of: ClassFacts, cluster: ClusterFacts): ClassFacts | null {
  const base = of.defaultMemoryMiB.value
  if (base === null) return null
  const alike = cluster.classes.filter(
    (other) =>
      other.name !== of.name &&
      other.shim.value === of.shim.value &&
      other.hypervisor.value === of.hypervisor.value &&
      other.sizing.value === of.sizing.value &&
      other.confidential.value !== true &&
      (other.defaultMemoryMiB.value ?? 0) >= 4 * base &&
      other.nodes.some((node) => of.nodes.includes(node)),
  )
  return alike.find((other) => other.name === 'kata-qemu') ?? alike[0] ?? null
}

/** There is a class like this one with at least four times its default_memory to compare with. */
export const hasLargerTwin: ClassCondition = (of, cluster) => {
  if (of.defaultMemoryMiB.value === null) return { unknown: `default_memory is unknown: ${of.defaultMemoryMiB.how}` }
  return largerTwin(of, cluster)
    ? true
    : { no: `no class has the same shim and VMM and four times its default_memory of ${of.defaultMemoryMiB.value} MiB` }
}

/** Name of the larger twin. Throws FactUnknownError when there is none: the claim's condition has said so before. */
export const larger = (of: ClassFacts, cluster: ClusterFacts): string =>
  need(
    { value: largerTwin(of, cluster)?.name ?? null, how: 'no class to compare with' },
    'a class with a larger default_memory',
  )
