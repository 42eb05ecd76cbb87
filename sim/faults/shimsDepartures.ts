/** Departures of shims, hypervisors and what containerd runs them with. */
export interface ShimsDepartures {
  /** Which shim's binary containerd runs for a handler, whatever its configuration is for. */
  shimBinaries: Readonly<Record<string, 'go' | 'rust'>>
  /** Handlers that containerd has besides the chart's, like kata-qemu. */
  furtherHandlers: readonly string[]
  /** Whether containerd says which snapshotter it lacks. */
  missingSnapshotterNamed: boolean
  /** The snapshotter that containerd's entries of TEE and CoCo shims name. */
  teeSnapshotter: 'nydus' | 'none'
  cloudHypervisorWhenNested: 'works' | 'aborts'
  /** What a Firecracker guest has of a host directory: a copy, or the directory itself. */
  firecrackerVolumes: 'copied' | 'shared'
  /** What Kata's QEMU does on a node without KVM. */
  withoutKvm: 'refused' | 'emulated'
  /** What a node without Kata does with a pod of a Kata class that is bound to it. */
  nodesWithoutKata: 'refuse' | 'run'
  /** Whether events about a pod reach the API server whose message has a backtrace. */
  longEventsRecorded: boolean
  /** Of the second Kata node: files that its installation lacks. */
  missingOnSecondNode: readonly string[]
  /** Of the second Kata node: what the link of the default configuration leads to. */
  defaultConfiguration: 'a file' | 'nothing'
  /** runtime_type of a handler in containerd's configuration; runtime_path decides what runs. */
  runtimeTypes: Readonly<Record<string, string>>
  untrustedAnnotation: 'refused-with-a-class' | 'ignored'
  // What the agent makes of a container's process
  guestEnvironment: 'kept' | 'lost'
  guestHostName: 'pod' | 'guest'
  guestResolvConf: 'pod' | 'guest'
  guestUser: 'kept' | 'root'
  podSysctls: 'set' | 'ignored'
  /** Capabilities that every container of a guest has besides its own. */
  furtherCapabilities: readonly string[]
  emptyDirPer: 'pod' | 'container'
  lifecycleHooks: 'run' | 'skipped'
  terminateSignals: 1 | 2
  terminationLog: 'shared' | 'in the guest'
}

export const healthyShims: ShimsDepartures = {
  shimBinaries: {},
  furtherHandlers: [],
  missingSnapshotterNamed: true,
  teeSnapshotter: 'nydus',
  cloudHypervisorWhenNested: 'works',
  firecrackerVolumes: 'copied',
  withoutKvm: 'refused',
  nodesWithoutKata: 'refuse',
  longEventsRecorded: true,
  missingOnSecondNode: [],
  defaultConfiguration: 'a file',
  runtimeTypes: {},
  untrustedAnnotation: 'refused-with-a-class',
  guestEnvironment: 'kept',
  guestHostName: 'pod',
  guestResolvConf: 'pod',
  guestUser: 'kept',
  podSysctls: 'set',
  furtherCapabilities: [],
  emptyDirPer: 'pod',
  lifecycleHooks: 'run',
  terminateSignals: 1,
  terminationLog: 'shared',
}

export const shimsFaults: Readonly<Record<string, Partial<ShimsDepartures>>> = {
  'kata-qemu-run-by-the-rust-shim': { shimBinaries: { 'kata-qemu': 'rust' } },
  'kata-qemu-runtime-rs-run-by-the-go-shim': { shimBinaries: { 'kata-qemu-runtime-rs': 'go' } },
  'kata-cloud-hypervisor-run-by-the-go-shim': { shimBinaries: { 'kata-cloud-hypervisor': 'go' } },
  'kata-stratovirt-handler-configured': { furtherHandlers: ['kata-stratovirt'] },
  'missing-snapshotter-not-named': { missingSnapshotterNamed: false },
  'tee-handlers-without-snapshotter': { teeSnapshotter: 'none' },
  'cloud-hypervisor-aborts-when-nested': { cloudHypervisorWhenNested: 'aborts' },
  'firecracker-shares-host-directories': { firecrackerVolumes: 'shared' },
  'node-without-kata-runs-its-pods': { nodesWithoutKata: 'run' },
  'events-with-a-backtrace-lost': { longEventsRecorded: false },
  'firecracker-missing-on-second-node': { missingOnSecondNode: ['/opt/kata/bin/firecracker'] },
  'default-configuration-dangles': { defaultConfiguration: 'nothing' },
  'kata-clh-with-a-legacy-runtime-type': { runtimeTypes: { 'kata-clh': 'io.containerd.runtime.v1.linux' } },
  'untrusted-annotation-ignored': { untrustedAnnotation: 'ignored' },
  'guest-environment-lost': { guestEnvironment: 'lost' },
  'guest-host-name-kept': { guestHostName: 'guest' },
  'guest-resolv-conf-kept': { guestResolvConf: 'guest' },
  'guest-runs-as-root': { guestUser: 'root' },
  'pod-sysctls-ignored': { podSysctls: 'ignored' },
  'guest-adds-sys-admin': { furtherCapabilities: ['SYS_ADMIN'] },
  'empty-dir-for-each-container': { emptyDirPer: 'container' },
  'hooks-not-run': { lifecycleHooks: 'skipped' },
  'sigterm-sent-twice': { terminateSignals: 2 },
  'termination-log-stays-in-guest': { terminationLog: 'in the guest' },
}
