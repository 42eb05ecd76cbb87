/** Departures of the chapters SEC, PRIV, SYSCTL and PSA. */
export interface SecurityDepartures {
  /** Who takes a connection to a guest's loopback that nothing in the guest accepts. */
  guestLoopback: 'nobody' | 'node'
  /** Where else than in the guest it happens. */
  guestSignals: 'guest' | 'node-too'
  guestClock: 'guest' | 'node-too'
  guestAddresses: 'guest' | 'node-too'
  guestSysctls: 'guest' | 'node-too'
  guestKernelMessages: 'guest' | 'node-too'
  hostIpcShows: 'guest' | 'node'
  /** Disks of the node in the guest of a privileged container. */
  privilegedDisks: 'none' | 'all' | 'root'
  /** Capabilities that a privileged container lacks. */
  privilegedLacks: readonly string[]
  privilegedSysctls: 'writable' | 'read-only'
  addedCapabilities: 'given' | 'dropped'

  // the API server
  podSecurityAdmission: boolean
  /** Labels of Pod Security on new namespaces. */
  podSecurityLabels: 'kept' | 'dropped'
  /** Label enforce of kata-deploy's namespace, since its pods were made; null: none. */
  kataNamespaceLevel: 'privileged' | 'baseline' | null

  // hostPath volumes under Kata
  hostDirectoriesWritable: boolean
  /** What the shims of runtime-rs make of a hostPath of a block device. */
  rustHostDisk: 'plugged' | 'empty-file'
}

export const healthySecurity: SecurityDepartures = {
  guestLoopback: 'nobody',
  guestSignals: 'guest',
  guestClock: 'guest',
  guestAddresses: 'guest',
  guestSysctls: 'guest',
  guestKernelMessages: 'guest',
  hostIpcShows: 'guest',
  privilegedDisks: 'none',
  privilegedLacks: [],
  privilegedSysctls: 'writable',
  addedCapabilities: 'given',
  podSecurityAdmission: true,
  podSecurityLabels: 'kept',
  kataNamespaceLevel: 'privileged',
  hostDirectoriesWritable: true,
  rustHostDisk: 'plugged',
}

/** What each fault of security.yaml changes in the model, and nothing else. */
export const securityFaults: Record<string, Partial<SecurityDepartures>> = {
  'guest-loopback-reaches-node': { guestLoopback: 'node' },
  'guest-signals-reach-node': { guestSignals: 'node-too' },
  'host-ipc-leaked': { hostIpcShows: 'node' },
  'node-disks-plugged-for-privileged': { privilegedDisks: 'all' },
  'root-volume-plugged-for-privileged': { privilegedDisks: 'root' },
  'guest-clock-sets-node': { guestClock: 'node-too' },
  'guest-addresses-reach-node': { guestAddresses: 'node-too' },
  'guest-sysctls-reach-node': { guestSysctls: 'node-too' },
  'guest-kmsg-reaches-node': { guestKernelMessages: 'node-too' },
  'privileged-lacks-sys-admin': { privilegedLacks: ['SYS_ADMIN'] },
  'privileged-sysctls-read-only': { privilegedSysctls: 'read-only' },
  'added-capabilities-dropped': { addedCapabilities: 'dropped' },
  'pod-security-admission-off': { podSecurityAdmission: false },
  'pod-security-labels-dropped': { podSecurityLabels: 'dropped' },
  'kata-namespace-at-baseline': { kataNamespaceLevel: 'baseline' },
  'kata-namespace-unlabelled': { kataNamespaceLevel: null },
  'host-directories-read-only': { hostDirectoriesWritable: false },
  'rust-shims-make-up-host-disks': { rustHostDisk: 'empty-file' },
}
