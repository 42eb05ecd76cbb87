/** Where the memory of a sandbox on its node, and what the node keeps of it, can depart from the documented. */
export interface FootprintDepartures {
  /** MiB that every Kata shim holds more. */
  shimExtraMiB: number
  /** What the Rust shim has resident (baselines.yaml, idle_memory_default_2048: 20 MiB). */
  rustShimMiB: number
  /** MiB that virtiofsd holds more. */
  virtiofsdExtraMiB: number
  /** MiB that hypervisors hold more, by hypervisor; Dragonball's are its shim's. */
  hypervisorExtraMiB: Readonly<Record<string, number>>
  /** Folders of a sandbox below /run once it is gone. */
  sandboxFilesAfterDeletion: 'removed' | 'stay'
  /** What the hypervisor has resident of memory that its guest has freed. */
  freedGuestMemory: 'kept' | 'given-back'
  /** The node's kernel holds the hypervisor to the memory limit of its pod and the overhead. */
  hypervisorHeldToPodLimit: boolean
  /** CPU and memory that shims count of their containers. */
  containerStatistics: 'counted' | 'zero'
  quotaCountsOverhead: boolean
}

export const healthyFootprint: FootprintDepartures = {
  shimExtraMiB: 0,
  rustShimMiB: 20,
  virtiofsdExtraMiB: 0,
  hypervisorExtraMiB: {},
  sandboxFilesAfterDeletion: 'removed',
  freedGuestMemory: 'kept',
  hypervisorHeldToPodLimit: false,
  containerStatistics: 'counted',
  quotaCountsOverhead: true,
}

export const footprintFaults: Record<string, Partial<FootprintDepartures>> = {
  'shim-leaks-memory': { shimExtraMiB: 120 },
  'rust-shim-as-large-as-go': { rustShimMiB: 42.5 },
  'virtiofsd-grown': { virtiofsdExtraMiB: 120 },
  'clh-as-heavy-as-qemu': { hypervisorExtraMiB: { 'cloud-hypervisor': 120 } },
  'dragonball-grown': { hypervisorExtraMiB: { dragonball: 200 } },
  'sandbox-files-stay': { sandboxFilesAfterDeletion: 'stay' },
  'guest-memory-given-back': { freedGuestMemory: 'given-back' },
  'vmm-killed-beyond-limit-and-overhead': { hypervisorHeldToPodLimit: true },
  'pod-statistics-stay-zero': { containerStatistics: 'zero' },
  'quota-without-overhead': { quotaCountsOverhead: false },
}
