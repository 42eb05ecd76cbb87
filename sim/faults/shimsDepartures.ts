/** Departures of shims, hypervisors and what containerd runs them with. */
export interface ShimsDepartures {
  /** Which shim's binary containerd runs for a handler, whatever its configuration is for. */
  shimBinaries: Readonly<Record<string, 'go' | 'rust'>>
  /** Handlers that containerd has besides the chart's, like kata-qemu. */
  furtherHandlers: readonly string[]
  /** Whether containerd says which snapshotter it lacks. */
  missingSnapshotterNamed: boolean
  cloudHypervisorWhenNested: 'works' | 'aborts'
  /** What a Firecracker guest has of a host directory: a copy, or the directory itself. */
  firecrackerVolumes: 'copied' | 'shared'
}

export const healthyShims: ShimsDepartures = {
  shimBinaries: {},
  furtherHandlers: [],
  missingSnapshotterNamed: true,
  cloudHypervisorWhenNested: 'works',
  firecrackerVolumes: 'copied',
}

export const shimsFaults: Readonly<Record<string, Partial<ShimsDepartures>>> = {
  'kata-qemu-run-by-the-rust-shim': { shimBinaries: { 'kata-qemu': 'rust' } },
  'kata-qemu-runtime-rs-run-by-the-go-shim': { shimBinaries: { 'kata-qemu-runtime-rs': 'go' } },
  'kata-cloud-hypervisor-run-by-the-go-shim': { shimBinaries: { 'kata-cloud-hypervisor': 'go' } },
  'kata-stratovirt-handler-configured': { furtherHandlers: ['kata-stratovirt'] },
  'missing-snapshotter-not-named': { missingSnapshotterNamed: false },
  'cloud-hypervisor-aborts-when-nested': { cloudHypervisorWhenNested: 'aborts' },
  'firecracker-shares-host-directories': { firecrackerVolumes: 'shared' },
}
