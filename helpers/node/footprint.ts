import type { PodHandle } from '../pods/podHandle.ts'
import type { HostProcess, NodeProbe, ProcessMemory } from './nodeProbe.ts'

/**
 * What the processes of one sandbox have resident on its node, MiB. Sums of VmRSS count a page that two processes share twice (virtiofsd maps the guest's
 * memory): `pssMiB` counts it once. The guide's figures are VmRSS.
 */
export interface Footprint {
  readonly shimMiB: number
  /** The hypervisor; 0 where the VMM is in the shim (Dragonball). */
  readonly vmmMiB: number
  /** All virtiofsd processes together. */
  readonly virtiofsdMiB: number
  readonly totalMiB: number
  /** PSS of all of them, from smaps_rollup. */
  readonly pssMiB: number
  /** RssShmem of the hypervisor: guest memory that it shares with virtiofsd. */
  readonly vmmSharedMiB: number
  readonly virtiofsdProcesses: number
  readonly virtiofsdThreads: number
}

/** Reads the memory of a sandbox's processes. Throws NodeProbeError when the pod has no sandbox on the node, or a process ends meanwhile. */
export async function footprint(
  node: Pick<NodeProbe, 'sandbox' | 'memory'>,
  pod: Pick<PodHandle, 'uid'>,
): Promise<Footprint> {
  const { shims, hypervisors, virtiofsds } = await node.sandbox(pod.uid)
  const [shim, vmm, virtiofsd] = await Promise.all(
    [shims, hypervisors, virtiofsds].map((group) => memoryOf(node, group)),
  )
  const all = [...(shim ?? []), ...(vmm ?? []), ...(virtiofsd ?? [])]
  return {
    shimMiB: sum(shim, 'rssKiB') / 1024,
    vmmMiB: sum(vmm, 'rssKiB') / 1024,
    virtiofsdMiB: sum(virtiofsd, 'rssKiB') / 1024,
    totalMiB: sum(all, 'rssKiB') / 1024,
    pssMiB: sum(all, 'pssKiB') / 1024,
    vmmSharedMiB: sum(vmm, 'rssShmemKiB') / 1024,
    virtiofsdProcesses: virtiofsds.length,
    virtiofsdThreads: sum(virtiofsd, 'threads'),
  }
}

const memoryOf = (node: Pick<NodeProbe, 'memory'>, processes: readonly HostProcess[]): Promise<ProcessMemory[]> =>
  Promise.all(processes.map(({ pid }) => node.memory(pid)))

const sum = (memories: readonly ProcessMemory[] = [], key: keyof ProcessMemory): number =>
  memories.reduce((total, memory) => total + memory[key], 0)
